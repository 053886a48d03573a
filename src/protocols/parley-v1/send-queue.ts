/** The send queue of a parley.v1 connection: flow control by the client's acknowledgements. */
import {
  acknowledgeFrames,
  enqueueFrame,
  idleFlow,
  isTimedOut,
  unreadSince,
  type FlowStep,
} from "../../core/delivery/flow-control.ts";
import type { OutboundFrame } from "../../core/delivery/outbound-frame.ts";
import { sendNow, type SendQueue } from "../send-queue.ts";

export class AcknowledgedSendQueue implements SendQueue {
  readonly #socket: WebSocket;
  #flow = idleFlow;

  constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  get unreadSince(): number | undefined {
    return unreadSince(this.#flow);
  }

  send(frame: OutboundFrame): boolean {
    const now = Date.now();
    if (isTimedOut(this.#flow, now)) return false;
    this.#apply(enqueueFrame(this.#flow, frame, now));
    return true;
  }

  acknowledge(seq: number): void {
    this.#apply(acknowledgeFrames(this.#flow, seq, Date.now()));
  }

  close(): void {
    this.#flow = idleFlow;
  }

  #apply([flow, due]: FlowStep): void {
    this.#flow = flow;
    for (const output of due)
      sendNow(this.#socket, "frame" in output ? output.frame.data : skippedFrame(output));
  }
}

/** The gap lies before frame `seq`, so it has the number before. */
const skippedFrame = ({ seq, skippedMs }: { seq: number; skippedMs: number }): string =>
  JSON.stringify({ type: "skipped", seq: seq - 1, ms: Math.round(skippedMs) });
