/**
 * The camera's images on their way to the server.
 *
 *   off ──open()──▶ requesting ──▶ open camera
 */
import { openCamera, type Camera } from "./camera.ts";
import type { Connection } from "./connection/connection.ts";
import { describeDeviceError, describeDeviceLoss } from "./error-messages.ts";

export type CameraState = Camera | "off" | "requesting";

interface CameraUplinkEvents {
  readonly stateChanged: (camera: CameraState) => void;
  /** @param message for display. */
  readonly failed: (message: string) => void;
}

export class CameraUplink {
  readonly #target: Pick<Connection, "sendImage">;
  readonly #events: CameraUplinkEvents;
  #state: CameraState = "off";

  constructor(target: Pick<Connection, "sendImage">, events: CameraUplinkEvents) {
    this.#target = target;
    this.#events = events;
  }

  get state(): CameraState {
    return this.#state;
  }

  /** Must be called from a user gesture. */
  async open(front: boolean): Promise<void> {
    this.#setState("requesting");
    try {
      const camera = await openCamera(front, {
        picture: (jpeg) => this.#target.sendImage(jpeg),
        lost: () => {
          this.close();
          this.#events.failed(describeDeviceLoss("camera"));
        },
      });
      // The user may have closed the camera, or opened another one, before this one was ready.
      if (this.#state !== "requesting") camera.close();
      else this.#setState(camera);
    } catch (error) {
      this.#setState("off");
      this.#events.failed(describeDeviceError("camera", error));
    }
  }

  close(): void {
    if (typeof this.#state !== "string") this.#state.close();
    if (this.#state !== "off") this.#setState("off");
  }

  #setState(state: CameraState): void {
    this.#state = state;
    this.#events.stateChanged(state);
  }
}
