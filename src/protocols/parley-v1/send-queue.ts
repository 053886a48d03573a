/** The send queue of a parley.v1 connection: flow control by the client's acknowledgements. */
import { FlowControl } from "../../core/delivery/flow-control.ts";
import type { OutboundFrame } from "../../core/delivery/outbound-frame.ts";
import { sendNow, type SendQueue } from "../send-queue.ts";

export class AcknowledgedSendQueue implements SendQueue {
  readonly #socket: WebSocket;
  #flow = new FlowControl();

  constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  get unreadSince(): number | undefined {
    return this.#flow.unreadSince;
  }

  send(frame: OutboundFrame): boolean {
    const now = Date.now();
    if (this.#flow.isTimedOut(now)) return false;
    if (this.#flow.passes(frame, now)) sendNow(this.#socket, frame.data);
    else this.#release(now);
    return true;
  }

  acknowledge(seq: number): void {
    this.#flow.acknowledge(seq);
    this.#release(Date.now());
  }

  close(): void {
    this.#flow = new FlowControl();
  }

  #release(now: number): void {
    for (const output of this.#flow.release(now))
      sendNow(this.#socket, "frame" in output ? output.frame.data : skippedFrame(output));
  }
}

/** The gap lies before frame `seq`, so it has the number before. */
const skippedFrame = ({ seq, skippedMs }: { seq: number; skippedMs: number }): string =>
  JSON.stringify({ type: "skipped", seq: seq - 1, ms: Math.round(skippedMs) });
