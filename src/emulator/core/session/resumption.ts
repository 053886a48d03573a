/**
 * Sends one connection's resumption updates. Live API: SessionResumptionUpdate.
 *
 * Measured on AI Studio: one handle per connection. Documented elsewhere: one after each turn, and none valid while the
 * model speaks or waits for a function. On Vertex, with `transparent`, the update also carries the index of the last
 * client message that the session has processed.
 */
import type { ServerMessage } from "../protocol/messages.ts";
import type { Session } from "./session.ts";

interface ResumptionContext {
  readonly session: Session;
  send(message: ServerMessage): void;
  issueHandle(): string;
  /** Whether all received input is processed. */
  settled(): boolean;
}

export class ResumptionUpdates {
  readonly #context: ResumptionContext;
  /** Client messages on this connection; setup is the first. */
  #receivedCount = 1;
  #consumedCount = 1;
  #resumable = false;

  constructor(context: ResumptionContext) {
    this.#context = context;
  }

  /** Counts a message before it is read. */
  countMessage(): void {
    if (this.#context.settled()) this.#consumedCount = this.#receivedCount;
    this.#receivedCount++;
  }

  offerHandle(): void {
    if (this.#context.settled()) this.#consumedCount = this.#receivedCount;
    const transparent = this.#context.session.config.resumption?.transparent === true;
    const lastConsumedClientMessageIndex = String(this.#consumedCount);
    this.#resumable = true;
    this.#context.send({
      sessionResumptionUpdate: {
        newHandle: this.#context.issueHandle(),
        resumable: true,
        ...(transparent ? { lastConsumedClientMessageIndex } : {}),
      },
    });
  }

  /** Called when a model turn starts or ends. */
  turnStateChanged(settled: boolean): void {
    if (this.#context.session.config.profile.handles === "once") return;
    if (settled) return this.offerHandle();
    if (!this.#resumable) return;
    this.#resumable = false;
    this.#context.send({ sessionResumptionUpdate: { resumable: false } });
  }
}
