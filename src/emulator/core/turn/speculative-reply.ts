/** The one reply that is on trial, if any: taken when the user has said what was guessed, else thrown away. */
import type { Scene } from "../ports.ts";
import { type Reply, sameScene } from "./reply.ts";

export class Rehearsal {
  #reply: Reply | undefined;

  begin(reply: Reply): void {
    this.withdraw();
    this.#reply = reply;
    void reply.rehearse();
  }

  withdraw(): void {
    this.#reply?.withdraw();
    this.#reply = undefined;
  }

  /** The reply, if it does for this scene. */
  take(scene: Scene): Reply | undefined {
    const reply = this.#reply;
    if (reply === undefined || !sameScene(reply.scene, scene)) {
      this.withdraw();
      return undefined;
    }
    this.#reply = undefined;
    return reply;
  }
}
