/** What waits for one connection: as much is sent as its client takes in, so that a slow client costs the others nothing. */
import type { OutboundFrame } from "../core/delivery/outbound-frame.ts";
import {
  initialPacing,
  nextReleaseAt,
  paceFrame,
  releaseDue,
  type PacingStep,
} from "../core/delivery/pacing.ts";

export interface SendQueue {
  /** @returns false if the client has stopped reading: the connection is to be closed. */
  send(frame: OutboundFrame): boolean;
  /** Drops what waits. */
  close(): void;
  /** The client has received everything up to `seq`. */
  acknowledge?(seq: number): void;
  /** The client has played everything up to a mark (Twilio). */
  onMark?(name: string): void;
  /** How much of the newest answer the client has played, in ms, where the protocol says so. */
  readonly playedMs?: number | undefined;
}

/** For clients that do not acknowledge: audio is sent at one and a half times real time. */
export class PacedSendQueue implements SendQueue {
  readonly #socket: WebSocket;
  #pacing = initialPacing(Date.now());
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  send(frame: OutboundFrame): boolean {
    // Known only in some versions of the runtime; what a stopped reader leaves unread is memory of all conversations.
    if ((this.#socket.bufferedAmount ?? 0) > maxUnreadBytes) return false;
    this.#apply(paceFrame(this.#pacing, frame, Date.now()));
    return true;
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#pacing = { ...this.#pacing, waiting: [] };
  }

  #apply([pacing, due]: PacingStep): void {
    this.#pacing = pacing;
    for (const { data } of due) sendNow(this.#socket, data);
    clearTimeout(this.#timer);
    const at = nextReleaseAt(pacing);
    if (at === undefined) return;
    this.#timer = setTimeout(
      () => this.#apply(releaseDue(this.#pacing, Date.now())),
      Math.max(minTimerMs, at - Date.now()),
    );
  }
}

/** About a minute of audio as JSON. */
const maxUnreadBytes = 4 * 1024 * 1024;

/** Bounds the number of timers: frames may be as short as 20 ms. */
const minTimerMs = 50;

/** Sends at once. A socket that breaks meanwhile gets its close event; the other connections must not notice. */
export function sendNow(socket: WebSocket, data: string | Uint8Array | ArrayBuffer): void {
  try {
    // The DOM's types, with which the tests compile, refuse views of a buffer that might be shared.
    // oxlint-disable-next-line typescript/no-unnecessary-type-assertion
    socket.send(data as string | ArrayBuffer);
  } catch {
    // The close event follows.
  }
}
