/**
 * The sources of a call's pictures: the camera and the shared screen. One takes the place of the other as soon as it is open:
 * the model could not tell the pictures of two apart.
 */
import { CameraUplink, type CameraState } from "./camera-uplink.ts";
import type { Camera, CameraEvents } from "./camera.ts";
import {
  controlCamera,
  controlScreen,
  type CameraControl,
  type ScreenControl,
} from "./device-controls.ts";

export type PictureSource = "camera" | "screen";

interface PictureSourcesEvents {
  /** Called before one opens, in the user's gesture. */
  readonly opening: () => void;
  /** The id of the chosen camera; undefined: the system's default. */
  readonly chosenCamera: () => string | undefined;
  readonly image: (source: PictureSource, jpeg: Uint8Array) => void;
  readonly stateChanged: (source: PictureSource, state: CameraState) => void;
  /** It was unplugged, or the user stopped it in the browser's own bar. */
  readonly lost: (source: PictureSource) => void;
  /** @param error as thrown by `openCamera` or `openScreen`. */
  readonly failed: (source: PictureSource, error: unknown) => void;
}

export class PictureSources {
  readonly camera: CameraControl;
  readonly screen: ScreenControl;
  readonly cameraUplink: CameraUplink;
  readonly #screenUplink: CameraUplink;
  readonly #events: PictureSourcesEvents;

  constructor(events: PictureSourcesEvents) {
    this.#events = events;
    this.cameraUplink = this.#createUplink("camera");
    this.#screenUplink = this.#createUplink("screen");
    this.camera = controlCamera(this.cameraUplink, () => events.opening());
    this.screen = controlScreen(this.#screenUplink, () => events.opening());
  }

  close(): void {
    this.cameraUplink.close();
    this.#screenUplink.close();
  }

  #createUplink(source: PictureSource): CameraUplink {
    const { image, lost, failed } = this.#events;
    return new CameraUplink((front, events) => this.#open(source, front, events), {
      image: (jpeg) => image(source, jpeg),
      stateChanged: (state) => this.#changed(source, state),
      lost: () => lost(source),
      failed: (error) => failed(source, error),
    });
  }

  #changed(source: PictureSource, state: CameraState): void {
    this.#events.stateChanged(source, state);
    if (typeof state === "string") return;
    const other = source === "camera" ? this.#screenUplink : this.cameraUplink;
    other.close();
  }

  /** Most calls have no pictures: their code is loaded with the first. */
  async #open(source: PictureSource, front: boolean, events: CameraEvents): Promise<Camera> {
    if (source === "screen") return (await import("./screen.ts")).openScreen(front, events);
    const { openCamera } = await import("./camera.ts");
    return openCamera({ front, deviceId: this.#events.chosenCamera() }, events);
  }
}
