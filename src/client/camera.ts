/** The camera: one JPEG a second, at most 768 px a side, and a picture of what is sent. */

export interface Camera {
  /** To be put on the page: some browsers only play what is there. */
  readonly video: HTMLVideoElement;
  /** Whether it faces the person. */
  readonly front: boolean;
  /** Whether there is another to switch to. */
  readonly canSwitch: boolean;
  close(): void;
}

export interface CameraEvents {
  readonly picture: (jpeg: Uint8Array) => void;
  /** Unplugged, or taken away by the system. */
  readonly lost: () => void;
}

const everyMs = 1000;
/** The model looks at 768 × 768; more is thrown away. */
const longestSide = 768;
const quality = 0.85;

/**
 * Asks for the camera; call it from a user's gesture.
 * @throws a DOMException named as getUserMedia names it.
 */
export async function openCamera(front: boolean, events: CameraEvents): Promise<Camera> {
  const devices = (navigator as Partial<Navigator>).mediaDevices;
  if (!devices) throw new DOMException("not a secure context", "SecurityError");
  const stream = await devices.getUserMedia({
    video: {
      facingMode: front ? "user" : "environment",
      width: { ideal: longestSide },
      height: { ideal: longestSide },
    },
  });
  const video = await show(stream);
  const stop = photograph(video, events.picture);
  for (const track of stream.getTracks())
    track.addEventListener("ended", () => events.lost(), { once: true });
  return {
    video,
    front,
    canSwitch: await severalCameras(devices),
    close: () => {
      stop();
      for (const track of stream.getTracks()) track.stop();
      video.srcObject = null;
    },
  };
}

async function show(stream: MediaStream): Promise<HTMLVideoElement> {
  const video = document.createElement("video");
  video.muted = true;
  video.playsInline = true;
  video.autoplay = true;
  video.srcObject = stream;
  await video.play().catch(() => undefined);
  return video;
}

function photograph(video: HTMLVideoElement, picture: (jpeg: Uint8Array) => void): () => void {
  const canvas = document.createElement("canvas");
  let stopped = false;
  const take = async (): Promise<void> => {
    const jpeg = await snapshot(video, canvas);
    if (jpeg && !stopped) picture(jpeg);
  };
  const timer = setInterval(() => void take(), everyMs);
  return () => {
    stopped = true;
    clearInterval(timer);
  };
}

async function snapshot(
  video: HTMLVideoElement,
  canvas: HTMLCanvasElement,
): Promise<Uint8Array | undefined> {
  const { videoWidth, videoHeight } = video;
  if (videoWidth === 0 || document.visibilityState === "hidden") return undefined;
  const scale = Math.min(1, longestSide / Math.max(videoWidth, videoHeight));
  canvas.width = Math.round(videoWidth * scale);
  canvas.height = Math.round(videoHeight * scale);
  canvas.getContext("2d")?.drawImage(video, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/jpeg", quality));
  return blob ? new Uint8Array(await blob.arrayBuffer()) : undefined;
}

const severalCameras = async (devices: MediaDevices): Promise<boolean> =>
  (await devices.enumerateDevices()).filter(({ kind }) => kind === "videoinput").length > 1;
