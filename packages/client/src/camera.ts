/** Opens the camera: one JPEG per second, at most 768 px a side, and a video element as preview. */

export interface Camera {
  /** Must be part of the page: some browsers play only attached elements. */
  readonly video: HTMLVideoElement;
  /** Faces the user. */
  readonly front: boolean;
  /** The device has more than one camera. */
  readonly canSwitch: boolean;
  close(): void;
}

interface CameraSettings {
  readonly front: boolean;
  /** Wins over `front`. Undefined: the system's default that faces the right way. */
  readonly deviceId?: string | undefined;
}

export interface CameraEvents {
  readonly picture: (jpeg: Uint8Array) => void;
  /** The device was unplugged, or the system revoked it. */
  readonly lost: () => void;
}

const pictureIntervalMs = 1000;
/** In px. The model scales larger images down to 768 × 768. */
const maxSide = 768;
const jpegQuality = 0.85;

/**
 * Opens the camera. Must be called from a user gesture.
 * @throws a DOMException with the names of getUserMedia.
 */
export async function openCamera(
  { front, deviceId }: CameraSettings,
  events: CameraEvents,
): Promise<Camera> {
  const devices = (navigator as Partial<Navigator>).mediaDevices;
  if (!devices) throw new DOMException("not a secure context", "SecurityError");
  const stream = await devices.getUserMedia({
    video: {
      ...(deviceId === undefined
        ? { facingMode: front ? "user" : "environment" }
        : { deviceId: { ideal: deviceId } }),
      width: { ideal: maxSide },
      height: { ideal: maxSide },
    },
  });
  return toCamera(stream, { front, canSwitch: await hasSeveralCameras(devices) }, events);
}

/** Sends pictures of a stream until it is closed. */
export async function toCamera(
  stream: MediaStream,
  facing: Pick<Camera, "front" | "canSwitch">,
  events: CameraEvents,
): Promise<Camera> {
  // First: it may end while the preview begins.
  for (const track of stream.getTracks())
    track.addEventListener("ended", () => events.lost(), { once: true });
  const video = await createPreview(stream);
  const stop = startPictures(video, events.picture);
  return {
    ...facing,
    video,
    close: () => {
      stop();
      for (const track of stream.getTracks()) track.stop();
      video.srcObject = null;
    },
  };
}

/** iOS plays a video within the page and without a tap only if it is muted and `playsinline`. */
async function createPreview(stream: MediaStream): Promise<HTMLVideoElement> {
  const video = document.createElement("video");
  video.muted = true;
  video.playsInline = true;
  video.autoplay = true;
  video.srcObject = stream;
  await video.play().catch(() => undefined);
  return video;
}

function startPictures(video: HTMLVideoElement, picture: (jpeg: Uint8Array) => void): () => void {
  const canvas = document.createElement("canvas");
  let stopped = false;
  const take = async (): Promise<void> => {
    const jpeg = await captureJpeg(video, canvas);
    if (jpeg && !stopped) picture(jpeg);
  };
  void take();
  const timer = setInterval(() => void take(), pictureIntervalMs);
  return () => {
    stopped = true;
    clearInterval(timer);
  };
}

async function captureJpeg(
  video: HTMLVideoElement,
  canvas: HTMLCanvasElement,
): Promise<Uint8Array | undefined> {
  const { videoWidth, videoHeight } = video;
  if (videoWidth === 0 || !isShown(video)) return undefined;
  const scale = Math.min(1, maxSide / Math.max(videoWidth, videoHeight));
  canvas.width = Math.round(videoWidth * scale);
  canvas.height = Math.round(videoHeight * scale);
  canvas.getContext("2d")?.drawImage(video, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise<Blob | null>((resolve) =>
    canvas.toBlob(resolve, "image/jpeg", jpegQuality),
  );
  return blob ? new Uint8Array(await blob.arrayBuffer()) : undefined;
}

/** The camera of a hidden page must not see on. A shared screen is what the user looks at while this page is hidden. */
const isShown = ({ srcObject }: HTMLVideoElement): boolean =>
  document.visibilityState === "visible" ||
  (srcObject instanceof MediaStream && isDisplay(srcObject));

const isDisplay = (stream: MediaStream): boolean =>
  stream.getVideoTracks().some((track) => "displaySurface" in track.getSettings());

const hasSeveralCameras = async (devices: MediaDevices): Promise<boolean> =>
  (await devices.enumerateDevices()).filter(({ kind }) => kind === "videoinput").length > 1;
