/** The send queue of one connection: it sends at the client's pace, so that a slow client costs the others nothing. */
import type { OutboundFrame } from "../core/delivery/outbound-frame.ts";
import { Pacing } from "../core/delivery/pacing.ts";
import { limits } from "../core/policy/limits.ts";

export interface SendQueue {
  /** @returns false if the client has stopped reading: the caller must close the connection. */
  send(frame: OutboundFrame): boolean;
  /** Drops all frames in the queue. */
  close(): void;
  /** For how long the client has acknowledged nothing while the object was on time, in ms; undefined if nothing waits for that. */
  readonly unreadMs?: number | undefined;
  /** The `seq` of the first frame that the client may miss; undefined if it has acknowledged all. */
  readonly oldestUnread?: number | undefined;
  /** The client has received everything up to `seq`. */
  acknowledge?(seq: number): void;
  /** Drops the frames that wait: the client resumes, and is answered by a `hello` of this `seq` (parley.v1). */
  resume?(seq: number): void;
  /** The client has played everything up to a mark (telephone). */
  onMark?(name: string): void;
  /** How much of the newest answer the client has played, in ms; undefined in protocols that do not report it. */
  readonly playedMs?: number | undefined;
  /** How much of the newest answer the client has not played yet, in ms (telephone). */
  readonly unplayedMs?: number;
  /** Sends the rest of the audio with a mark behind it (telephone). @returns as `send`. */
  flush?(): boolean;
  /** Repeats a sound until the next audio, interruption or end of a turn (telephone). @param round µ-law, 8 kHz. */
  startHold?(round: Uint8Array): void;
  stopHold?(): void;
  /** Presses keys behind the audio that waits (telephone). @returns as `send`. */
  press?(digits: string): boolean;
}

/** For clients that do not acknowledge: it sends audio at one and a half times real time. */
export class PacedSendQueue implements SendQueue {
  readonly #socket: WebSocket;
  readonly #pacing = new Pacing(Date.now());
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  send(frame: OutboundFrame): boolean {
    if (unreadBytes(this.#socket) > maxUnreadBytes) return false;
    const now = Date.now();
    if (this.#pacing.passes(frame, now)) sendNow(this.#socket, frame.data);
    else this.#release(now);
    return true;
  }

  close(): void {
    this.#stopTimer();
    this.#pacing.clear();
  }

  #release(now: number): void {
    for (const { data } of this.#pacing.release(now)) sendNow(this.#socket, data);
    const at = this.#pacing.nextReleaseAt;
    if (at === undefined) this.#stopTimer();
    // It may ring too early: then it is set again.
    else this.#timer ??= setTimeout(() => this.#onTimer(), Math.max(minTimerMs, at - now));
  }

  #onTimer(): void {
    this.#timer = undefined;
    this.#release(Date.now());
  }

  #stopTimer(): void {
    if (this.#timer !== undefined) clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}

/** About a minute of audio as JSON. Unread bytes take memory of the process that all conversations share. */
export const maxUnreadBytes = limits.unreadBytes.value;

/** The bytes that a client has not read. Only some versions of the runtime report it; otherwise 0. */
export const unreadBytes = (socket: WebSocket): number => socket.bufferedAmount ?? 0;

/** Bounds the number of timers: frames may be as short as 20 ms. */
const minTimerMs = 50;

/** Sends without queueing. A broken socket must not throw here: the loop over the other connections would end. */
export function sendNow(socket: WebSocket, data: string | Uint8Array | ArrayBuffer): void {
  try {
    // The tests compile with the DOM's types, which refuse views of a buffer that might be shared.
    // oxlint-disable-next-line typescript/no-unnecessary-type-assertion
    socket.send(data as string | ArrayBuffer);
  } catch {
    // The close event follows.
  }
}
