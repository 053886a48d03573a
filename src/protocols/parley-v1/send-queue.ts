/** The send queue of a parley.v1 connection: flow control by the client's acknowledgements. */
import { FlowControl } from "../../core/delivery/flow-control.ts";
import type { OutboundFrame } from "../../core/delivery/outbound-frame.ts";
import type { Lateness } from "../../core/lateness.ts";
import { sendNow, type SendQueue } from "../send-queue.ts";

export class AcknowledgedSendQueue implements SendQueue {
  readonly #socket: WebSocket;
  readonly #lateness: Lateness;
  #flow = new FlowControl();

  constructor(socket: WebSocket, lateness: Lateness) {
    this.#socket = socket;
    this.#lateness = lateness;
  }

  get unreadMs(): number | undefined {
    const since = this.#flow.unreadSince;
    return since === undefined ? undefined : this.#now() - since;
  }

  get oldestUnread(): number | undefined {
    return this.#flow.oldestUnread;
  }

  send(frame: OutboundFrame): boolean {
    const now = this.#now();
    if (this.#flow.isTimedOut(now)) return false;
    if (this.#flow.passes(frame, now)) sendNow(this.#socket, frame.data);
    else this.#release(now);
    return true;
  }

  acknowledge(seq: number): void {
    this.#flow.acknowledge(seq);
    this.#release(this.#now());
  }

  resume(seq: number): void {
    this.#flow.resume(seq);
  }

  close(): void {
    this.#flow = new FlowControl();
  }

  /**
   * The time without the object's lateness: acknowledgements wait meanwhile. Without a call, since every frame reads it.
   */
  #now(): number {
    const { clock, dueAt, lateMs } = this.#lateness;
    return Date.now() - lateMs - Math.max(0, clock.now() - dueAt);
  }

  #release(now: number): void {
    for (const output of this.#flow.release(now))
      sendNow(this.#socket, "frame" in output ? output.frame.data : skippedFrame(output));
  }
}

/** The gap lies before frame `seq`, so it has the number before. */
const skippedFrame = ({ seq, skippedMs }: { seq: number; skippedMs: number }): string =>
  JSON.stringify({ type: "skipped", seq: seq - 1, ms: Math.round(skippedMs) });
