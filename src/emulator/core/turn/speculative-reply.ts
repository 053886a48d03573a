/** The current speculative reply: a turn takes it if the final transcript matches, else it is cancelled. */
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

  /** @returns the reply if it fits this context; otherwise cancels it. */
  take(context: ReplyContext): Reply | undefined {
    const reply = this.#reply;
    if (reply === undefined || !isSameContext(reply.context, context)) {
      this.cancel();
      return undefined;
    }
    this.#reply = undefined;
    return reply;
  }
}
