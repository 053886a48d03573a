/** What leaves a connection: framed, counted, and silent once the connection is closed. */
import type { Close } from "./closes.ts";
import { type Framing, writeFrame } from "./frames.ts";
import type { ServerMessage } from "./messages.ts";
import type { Peer } from "./socket.ts";
import { type Counts, tally } from "./stats.ts";

export class Outlet {
  readonly #peer: Peer;
  readonly #framing: Framing;
  readonly #counts: Counts;
  #open = true;

  constructor(peer: Peer, framing: Framing, counts: Counts) {
    this.#peer = peer;
    this.#framing = framing;
    this.#counts = counts;
  }

  send(message: ServerMessage): void {
    if (!this.#open) return;
    for (const kind of Object.keys(message)) tally(this.#counts.sent, kind);
    this.#peer.send(writeFrame(message, this.#framing));
  }

  close({ code, reason }: Close): void {
    if (!this.#open) return;
    this.#open = false;
    this.#peer.close(code, reason);
  }

  /** The other side has closed. */
  shut(): void {
    this.#open = false;
  }
}
