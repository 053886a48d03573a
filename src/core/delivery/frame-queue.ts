/**
 * Outbound frames that wait, oldest first. Audio waits as bytes outside the garbage-collected heap, which all queues share:
 * a model that speaks faster than real time fills minutes of it.
 */
import { NumberRing } from "../frame-ring.ts";
import { keptAudio, type OutboundFrame } from "./outbound-frame.ts";

interface WaitingText {
  /** Its place among all frames. */
  readonly place: number;
  readonly frame: OutboundFrame;
}

/** Fields of a row. */
const [place, seq, audioMs, isText] = [0, 1, 2, 3] as const;

export class FrameQueue {
  readonly #texts: WaitingText[] = [];
  readonly #audio: Uint8Array[] = [];
  /** A row for each frame of audio. */
  readonly #rows = new NumberRing(4);
  #places = 0;
  #bytes = 0;
  #audioMs = 0;

  get length(): number {
    return this.#texts.length + this.#rows.length;
  }

  /** Of all frames, about. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Of all frames, in ms. */
  get audioMs(): number {
    return this.#audioMs;
  }

  get hasAudio(): boolean {
    return this.#rows.length > 0;
  }

  /** The audio of the oldest frame, in ms; 0 if it has none. */
  get nextAudioMs(): number {
    return this.#isAudioNext ? this.#rows.at(0, audioMs) : 0;
  }

  /** About how many bytes the oldest frame has. */
  get nextBytes(): number {
    return (this.#isAudioNext ? this.#audio[0]?.byteLength : this.#texts[0]?.frame.bytes) ?? 0;
  }

  push(frame: OutboundFrame): void {
    const at = this.#places++;
    if (frame.audioMs === 0) {
      this.#texts.push({ place: at, frame });
      this.#bytes += frame.bytes;
      return;
    }
    const bytes = keptAudio(frame);
    this.#audio.push(bytes);
    this.#rows.push(at, frame.seq, frame.audioMs, typeof frame.data === "string" ? 1 : 0);
    this.#bytes += bytes.byteLength;
    this.#audioMs += frame.audioMs;
  }

  /** Takes the oldest frame. */
  shift(): OutboundFrame | undefined {
    if (this.#isAudioNext) return this.#shiftAudio();
    const text = this.#texts.shift();
    if (text) this.#bytes -= text.frame.bytes;
    return text?.frame;
  }

  /** Call it only while there is audio. @returns its duration in ms. */
  dropOldestAudio(): number {
    const ms = this.#rows.at(0, audioMs);
    this.#bytes -= this.#audio.shift()?.byteLength ?? 0;
    this.#audioMs -= ms;
    this.#rows.dropOldest();
    // Sums of fractions drift.
    if (this.#rows.length === 0) this.#audioMs = 0;
    return ms;
  }

  /** After an interruption the other frames must still be sent. */
  dropAudio(): void {
    while (this.hasAudio) this.dropOldestAudio();
  }

  get #isAudioNext(): boolean {
    const [text] = this.#texts;
    return this.#rows.length > 0 && (text === undefined || this.#rows.at(0, place) < text.place);
  }

  #shiftAudio(): OutboundFrame {
    const [kept = noAudio] = this.#audio;
    const frame = {
      seq: this.#rows.at(0, seq),
      data: this.#rows.at(0, isText) === 1 ? decoder.decode(kept) : kept,
      bytes: kept.byteLength,
      audioMs: this.#rows.at(0, audioMs),
      interrupts: false,
      kept,
    };
    this.dropOldestAudio();
    return frame;
  }
}

const noAudio = new Uint8Array(0);
const decoder = new TextDecoder();
