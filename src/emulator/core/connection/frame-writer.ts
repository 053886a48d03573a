/** Encodes, counts, records and sends a connection's frames until the connection closes. */
import { type Close, closes } from "../protocol/close-codes.ts";
import { type Framing, writeFrame } from "../protocol/frames.ts";
import type { RecordedEvent } from "../recording.ts";
import type { Peer } from "./socket.ts";
import { type Counters, increment } from "../stats.ts";

interface FrameWriterContext {
  readonly framing: Framing;
  readonly counters: Counters;
  record(event: RecordedEvent): void;
}

export class FrameWriter {
  readonly #peer: Peer;
  readonly #context: FrameWriterContext;
  #state: "open" | "frozen" | "closed" = "open";

  constructor(peer: Peer, context: FrameWriterContext) {
    this.#peer = peer;
    this.#context = context;
  }

  get frozen(): boolean {
    return this.#state === "frozen";
  }

  send(frame: object): void {
    if (this.#state !== "open") return;
    for (const kind of Object.keys(frame)) increment(this.#context.counters.sent, kind);
    this.#context.record({ server: frame });
    this.#peer.send(writeFrame(frame, this.#context.framing));
  }

  close(close: Close): void {
    if (this.#state === "open") {
      this.#context.record({ close: { ...close, by: "server" } });
      this.#peer.close(close.code, close.reason);
    }
    this.#state = "closed";
  }

  /** Stops all output, the close frame included. */
  freeze(): void {
    if (this.#state !== "open") return;
    this.#state = "frozen";
    this.#peer.freeze?.();
  }

  reset(): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#context.record({ close: { code: 1006, reason: "", by: "server" } });
    if (this.#peer.reset !== undefined) this.#peer.reset();
    else this.#peer.close(closes.internal.code, "");
  }

  /** Marks the connection as closed by the client. */
  markClosed(): void {
    this.#state = "closed";
  }
}
