/** What goes out to one socket: as much as its client takes in, and never so much that it costs the others. */
import {
  acknowledgeFrames,
  idleFlow,
  isTimedOut,
  enqueueFrame,
  type FlowStep,
} from "../core/delivery/flow-control.ts";
import type { OutboundFrame } from "../core/delivery/outbound-frame.ts";
import {
  initialPacing,
  paceFrame,
  releaseDue,
  nextReleaseAt,
  type PacingStep,
} from "../core/delivery/pacing.ts";
import { writeFrame } from "./parley-v1/codec.ts";

export interface Outlet {
  /** @returns false when the client takes in nothing any more. */
  send(frame: OutboundFrame): boolean;
  acked(seq: number): void;
  close(): void;
  /** A mark came back that was sent with the sound. */
  marked?(name: string): void;
  /** How much of the newest answer was heard, in ms, where that is known. */
  readonly heardMs?: number | undefined;
}

/** For a client that says what has arrived. */
export class CountedOutlet implements Outlet {
  readonly #socket: WebSocket;
  #flow = idleFlow;

  constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  send(frame: OutboundFrame): boolean {
    const now = Date.now();
    if (isTimedOut(this.#flow, now)) return false;
    this.#do(enqueueFrame(this.#flow, frame, now));
    return true;
  }

  acked(seq: number): void {
    this.#do(acknowledgeFrames(this.#flow, seq, Date.now()));
  }

  close(): void {
    this.#flow = idleFlow;
  }

  #do([flow, out]: FlowStep): void {
    this.#flow = flow;
    for (const each of out)
      push(
        this.#socket,
        "frame" in each
          ? each.frame.data
          : writeFrame({ type: "skipped", seq: each.seq - 1, ms: Math.round(each.skippedMs) }),
      );
  }
}

/** For a client that does not: sound goes at the speed at which it is played, and half as fast again. */
export class PacedOutlet implements Outlet {
  readonly #socket: WebSocket;
  #pace = initialPacing(Date.now());
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  send(frame: OutboundFrame): boolean {
    // Where the runtime tells it: what a reader that has stopped leaves in memory is everybody's.
    if ((this.#socket.bufferedAmount ?? 0) > mostUnread) return false;
    this.#do(paceFrame(this.#pace, frame, Date.now()));
    return true;
  }

  acked(): void {}

  close(): void {
    clearTimeout(this.#timer);
    this.#pace = { ...this.#pace, waiting: [] };
  }

  #do([pace, out]: PacingStep): void {
    this.#pace = pace;
    for (const { data } of out) push(this.#socket, data);
    clearTimeout(this.#timer);
    const at = nextReleaseAt(pace);
    if (at === undefined) return;
    this.#timer = setTimeout(
      () => this.#do(releaseDue(this.#pace, Date.now())),
      Math.max(minimumWaitMs, at - Date.now()),
    );
  }
}

/** In bytes: about a minute of audio as JSON. */
const mostUnread = 4 * 1024 * 1024;

/** A timer for each frame of 20 ms would be too many. */
const minimumWaitMs = 50;

/** A socket that breaks while it is written to is reported by its own close; the others must still hear. */
export function push(socket: WebSocket, data: string | Uint8Array | ArrayBuffer): void {
  try {
    socket.send(data);
  } catch {
    // Its close event follows.
  }
}
