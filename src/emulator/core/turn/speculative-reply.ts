/** The one reply that is on trial, if any: taken when the user has said what was guessed, else thrown away. */
import type { ReplyContext } from "../ports.ts";
import { type Reply, isSameContext } from "./reply.ts";

export class SpeculativeReply {
  #reply: Reply | undefined;

  start(reply: Reply): void {
    this.cancel();
    this.#reply = reply;
    void reply.speculate();
  }

  cancel(): void {
    this.#reply?.cancel();
    this.#reply = undefined;
  }

  /** The reply, if it does for this scene. */
  take(scene: ReplyContext): Reply | undefined {
    const reply = this.#reply;
    if (reply === undefined || !isSameContext(reply.scene, scene)) {
      this.cancel();
      return undefined;
    }
    this.#reply = undefined;
    return reply;
  }
}
