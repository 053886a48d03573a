/**
 * What one connection is told about resuming its session. Live API: SessionResumptionUpdate.
 *
 * Measured on AI Studio: one handle a connection. Documented elsewhere: one after each turn, and none that works while
 * the model speaks or waits for a function. Vertex, asked to be transparent, also says up to which of the client's
 * messages the session has understood all.
 */
import type { ServerMessage } from "../protocol/messages.ts";
import type { Session } from "./session.ts";

export interface ResumptionContext {
  readonly session: Session;
  send(message: ServerMessage): void;
  /** A new handle for the session. */
  issueHandle(): string;
  /** Whether all that was received is understood. */
  settled(): boolean;
}

export class ResumptionUpdates {
  readonly #to: ResumptionContext;
  /** Client messages of this connection; setup is the first. */
  #received = 1;
  #consumed = 1;
  #resumable = false;

  constructor(to: ResumptionContext) {
    this.#to = to;
  }

  /** Another message has come, and is not yet read. */
  countMessage(): void {
    if (this.#to.settled()) this.#consumed = this.#received;
    this.#received++;
  }

  offerHandle(): void {
    if (this.#to.settled()) this.#consumed = this.#received;
    const transparent = this.#to.session.config.resumption?.transparent === true;
    const lastConsumedClientMessageIndex = String(this.#consumed);
    this.#resumable = true;
    this.#to.send({
      sessionResumptionUpdate: {
        newHandle: this.#to.issueHandle(),
        resumable: true,
        ...(transparent ? { lastConsumedClientMessageIndex } : {}),
      },
    });
  }

  /** The model has taken the floor, or given it back. */
  turnStateChanged(settled: boolean): void {
    if (this.#to.session.config.profile.handles === "once") return;
    if (settled) return this.offerHandle();
    if (!this.#resumable) return;
    this.#resumable = false;
    this.#to.send({ sessionResumptionUpdate: { resumable: false } });
  }
}
