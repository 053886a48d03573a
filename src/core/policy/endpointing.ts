/**
 * Relay endpointing: the relay marks the user's activity in place of the service's detection.
 *
 *               160 ms of speech: pre-roll                         adaptive silence
 *     closed ───────────────────────────────► open ──────────────────────────────────► closed
 *        └── a client's mark: held ──► open until the client's mark ──────────────────────┘
 *
 * Speech is loud and has, or had just now, a pitch: steady noise is loud and has none. Time is counted in audio: no clock
 * is read.
 */
import type { AudioInput } from "../client-request.ts";
import { PitchContour } from "./pitch-contour.ts";
import { PreRoll } from "./pre-roll.ts";

/** The user's phrase so far. */
interface Phrase {
  /** The longest pause within it, in ms of audio. */
  readonly longestPauseMs: number;
  /** Pitch at its end above its median, in octaves. */
  readonly endAboveMedian: number;
  /** The share of the speaker's voice so far that is lower than its end. */
  readonly lowerShare: number;
}

/** The silence after a phrase that sounds complete, and after one that does not, in ms. */
const [leastSilenceMs, mostSilenceMs] = [600, 1_200];
/** A statement ends this much below its median pitch, in octaves: nearly three semitones. */
const finalFall = -0.23;
/** And with no more of its speaker's voice below it. docs/benchmarks.md tells on which recordings it was chosen. */
const finalShare = 0.1;
/** The part of the longest pause that a speaker with pauses gets on top. */
const pauseShare = 0.05;

/**
 * The silence that ends an activity after a phrase, in ms: short where its pitch falls, and to the bottom of the speaker's
 * range, as at the end of a statement.
 */
export function endSilenceMs({ longestPauseMs, endAboveMedian, lowerShare }: Phrase): number {
  if (endAboveMedian > finalFall || lowerShare > finalShare) return mostSilenceMs;
  return Math.min(mostSilenceMs, leastSilenceMs + pauseShare * longestPauseMs);
}

/** The default speech that opens an activity, in ms: the service's detector takes as much. */
const startMs = 160;
/** Audio from before the activity, in ms: the beginning of a word is soft, and so is that of its speech. */
const preRollMs = 500;
/** Consonants without a pitch last less, in ms. */
const longestUnvoicedMs = 300;

/**
 * The messages to the model for a piece of audio. `start`: the mark of an activity, then the pre-roll, which holds the piece.
 * `end`: the piece, then the mark of the end.
 */
type EndpointVerdict = "hold" | "start" | "pass" | "end";

/** Finds where the user's activity begins and ends, in the audio of one stream. */
export class Endpointer {
  readonly #startMs: number;
  readonly #contour = new PitchContour();
  #open = false;
  #held = false;
  /** Speech while the activity is closed, from which pauses subtract: clicks never add up. */
  #gatheredMs = 0;
  #quietMs = 0;
  #longestPauseMs = 0;
  #speaker: string | undefined;
  /** The audio before an activity. */
  readonly preRoll: PreRoll;

  /** @param speechMs speech that opens an activity. */
  constructor(speechMs: number = startMs) {
    this.#startMs = speechMs;
    this.preRoll = new PreRoll(preRollMs + 2 * speechMs);
  }

  /** Whether the model is in the middle of an activity. */
  get isOpen(): boolean {
    return this.#open;
  }

  /** @param loud whether the audio is louder than the background. */
  hear(input: AudioInput, ms: number, loud: boolean): EndpointVerdict {
    this.#contour.hear(input.pcm, input.rate);
    const speech = loud && this.#contour.unvoicedMs <= longestUnvoicedMs;
    return this.#open ? this.#hearOpen(ms, speech) : this.#hearClosed(input, ms, speech);
  }

  /** A client marks the beginning: the activity ends when that client says so. @returns whether it begins now. */
  hold(): boolean {
    this.#held = true;
    if (this.#open) return false;
    this.#start();
    return true;
  }

  /** @param speaker the client whose activity it is: the range of a voice is measured for one at a time. */
  attribute(speaker: string | undefined): void {
    if (speaker !== this.#speaker) this.#contour.forgetSpeaker();
    this.#speaker = speaker;
  }

  /** The activity is over, or its stream is. */
  reset(): void {
    if (this.#open) this.#contour.reset();
    else this.#contour.discard();
    this.#open = false;
    this.#held = false;
    this.#gatheredMs = 0;
    this.preRoll.clear();
  }

  #hearClosed(input: AudioInput, ms: number, speech: boolean): EndpointVerdict {
    this.preRoll.push(input);
    this.#gatheredMs = Math.max(0, this.#gatheredMs + (speech ? ms : -ms));
    if (this.#gatheredMs === 0) this.#contour.discard();
    if (this.#gatheredMs === 0 || this.#gatheredMs < this.#startMs) return "hold";
    this.#start();
    return "start";
  }

  #start(): void {
    this.#open = true;
    this.#quietMs = 0;
    this.#longestPauseMs = 0;
  }

  #hearOpen(ms: number, speech: boolean): EndpointVerdict {
    if (speech) this.#longestPauseMs = Math.max(this.#longestPauseMs, this.#quietMs);
    this.#quietMs = speech ? 0 : this.#quietMs + ms;
    if (speech || this.#held || this.#quietMs < leastSilenceMs) return "pass";
    if (this.#quietMs < this.#endSilenceMs) return "pass";
    this.reset();
    return "end";
  }

  get #endSilenceMs(): number {
    return endSilenceMs({
      longestPauseMs: this.#longestPauseMs,
      endAboveMedian: this.#contour.endAboveMedian,
      lowerShare: this.#contour.lowerShare,
    });
  }
}
