/**
 * The images of the camera, or of the screen, on their way to the server.
 *
 *   off ──open()──▶ requesting ──▶ open camera
 */
import type { Camera, CameraEvents } from "./camera.ts";

export type CameraState = Camera | "off" | "requesting";

interface CameraUplinkEvents {
  readonly stateChanged: (camera: CameraState) => void;
  readonly image: (jpeg: Uint8Array) => void;
  /** The device was unplugged, or the system revoked it. */
  readonly lost: () => void;
  /** @param error as thrown by `openCamera` or `openScreen`. */
  readonly failed: (error: unknown) => void;
}

export class CameraUplink {
  readonly #openSource: (front: boolean, events: CameraEvents) => Promise<Camera>;
  readonly #events: CameraUplinkEvents;
  #state: CameraState = "off";
  /** Increases with each `open` and `close`: what an earlier `open` still brings is not wanted any more. */
  #generation = 0;

  constructor(
    open: (front: boolean, events: CameraEvents) => Promise<Camera>,
    events: CameraUplinkEvents,
  ) {
    this.#openSource = open;
    this.#events = events;
  }

  get state(): CameraState {
    return this.#state;
  }

  /** Must be called from a user gesture. */
  async open(front = true): Promise<void> {
    const generation = ++this.#generation;
    if (typeof this.#state !== "string") this.#state.close();
    this.#setState("requesting");
    try {
      const camera = await this.#openSource(front, {
        picture: (jpeg) => this.#events.image(jpeg),
        lost: () => {
          if (generation !== this.#generation) return;
          this.close();
          this.#events.lost();
        },
      });
      if (generation === this.#generation) this.#setState(camera);
      else camera.close();
    } catch (error) {
      if (generation !== this.#generation) return;
      this.#setState("off");
      this.#events.failed(error);
    }
  }

  close(): void {
    this.#generation++;
    if (typeof this.#state !== "string") this.#state.close();
    if (this.#state !== "off") this.#setState("off");
  }

  #setState(state: CameraState): void {
    this.#state = state;
    this.#events.stateChanged(state);
  }
}
