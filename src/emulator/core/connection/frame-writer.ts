/** What leaves a connection: framed, counted, recorded, and silent once the connection is closed. */
import { type Close, closes } from "../protocol/close-codes.ts";
import { type Framing, writeFrame } from "../protocol/frames.ts";
import type { RecordedEvent } from "../recording.ts";
import type { Peer } from "./socket.ts";
import { type Counters, increment } from "../stats.ts";

export interface FrameWriterContext {
  readonly framing: Framing;
  readonly counts: Counters;
  record(what: RecordedEvent): void;
}

export class FrameWriter {
  readonly #peer: Peer;
  readonly #tap: FrameWriterContext;
  #state: "open" | "frozen" | "closed" = "open";

  constructor(peer: Peer, tap: FrameWriterContext) {
    this.#peer = peer;
    this.#tap = tap;
  }

  get frozen(): boolean {
    return this.#state === "frozen";
  }

  send(frame: object): void {
    if (this.#state !== "open") return;
    for (const kind of Object.keys(frame)) increment(this.#tap.counts.sent, kind);
    this.#tap.record({ server: frame });
    this.#peer.send(writeFrame(frame, this.#tap.framing));
  }

  close(close: Close): void {
    if (this.#state === "open") {
      this.#tap.record({ close: { ...close, by: "server" } });
      this.#peer.close(close.code, close.reason);
    }
    this.#state = "closed";
  }

  /** Nothing leaves any more, not even a close. */
  freeze(): void {
    if (this.#state !== "open") return;
    this.#state = "frozen";
    this.#peer.freeze?.();
  }

  reset(): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#tap.record({ close: { code: 1006, reason: "", by: "server" } });
    if (this.#peer.reset !== undefined) this.#peer.reset();
    else this.#peer.close(closes.internal.code, "");
  }

  /** The other side has closed. */
  markClosed(): void {
    this.#state = "closed";
  }
}
