/** Keeps events in the order of their frames while audio among them is being decoded. */
import type { ConnectionEvent } from "./connection.ts";

type Audio = Extract<ConnectionEvent, { kind: "audio" }>;

/** Audio that is being decoded, from the frame `seq`. */
interface Pending {
  readonly seq: number;
}

export class EventOrder {
  readonly #emit: (event: ConnectionEvent) => void;
  #waiting: (ConnectionEvent | Pending)[] = [];

  constructor(emit: (event: ConnectionEvent) => void) {
    this.#emit = emit;
  }

  /** Whether audio is being decoded. */
  get isWaiting(): boolean {
    return this.#waiting.length > 0;
  }

  push(event: ConnectionEvent): void {
    if (this.isWaiting) this.#waiting.push(event);
    else this.#emit(event);
  }

  /** A packet of the frame `seq` is being decoded. */
  expectAudio(seq: number): void {
    this.#waiting.push({ seq });
  }

  /** The oldest packet was decoded. */
  decoded(audio: Omit<Audio, "seq">): void {
    const [oldest] = this.#waiting;
    if (!oldest || "kind" in oldest) return;
    this.#waiting.shift();
    this.#emit({ ...audio, seq: oldest.seq });
    while (this.#waiting[0] && "kind" in this.#waiting[0]) {
      this.#emit(this.#waiting[0]);
      this.#waiting.shift();
    }
  }

  /** Nothing more is decoded: what waits for it is emitted without it. */
  giveUp(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const each of waiting) if ("kind" in each) this.#emit(each);
  }
}
