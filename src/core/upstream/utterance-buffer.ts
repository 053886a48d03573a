/**
 * The audio of the user's current utterance, with the marks of its activity, until the model has understood it: a session
 * that is lost before that loses it, so the next one gets it again. An activity that is open stays open in the next one,
 * so its mark is kept even if the audio before it is not. In memory only, and bounded.
 *
 * It changes in place, because each microphone frame is written to it.
 */
import { FrameRing } from "../frame-ring.ts";
import { activityMarkOf, encodeAudio, type UpstreamMessage } from "./encoding.ts";

interface Mark {
  /** The number of the frame before which it lies. */
  readonly at: number;
  readonly message: UpstreamMessage;
}

/** Many more than speech of twenty seconds has. */
const maxMarks = 100;

export class UtteranceBuffer {
  readonly #limit: number;
  readonly #audio: FrameRing;
  #marks: Mark[];
  /** Number of the next frame. */
  #next = 0;
  /** Number of the frame at which the latest speech begins. */
  #onset = 0;

  /** @param limit in bytes of PCM; the oldest audio makes room. */
  constructor(limit: number, ...marks: readonly UpstreamMessage[]) {
    this.#limit = limit;
    this.#audio = new FrameRing(limit);
    this.#marks = marks.map((message) => ({ at: 0, message }));
  }

  /** The length of its audio, in bytes of PCM. */
  get bytes(): number {
    return this.#audio.bytes;
  }

  /** Its audio and its marks, in order. */
  get messages(): readonly UpstreamMessage[] {
    const messages: UpstreamMessage[] = [];
    const marks = [...this.#marks];
    const takeMarks = (upTo: number): void => {
      while ((marks[0]?.at ?? Infinity) <= upTo)
        messages.push(...marks.splice(0, 1).map(({ message }) => message));
    };
    this.#audio.forEach((pcm, number, rate) => {
      takeMarks(number);
      messages.push(encodeAudio({ pcm, rate }));
    });
    takeMarks(this.#next);
    return messages;
  }

  /** Speech begins: the audio before it may still be understood by itself. */
  markOnset(): void {
    this.#onset = this.#next;
  }

  /** Keeps a copy of a frame. @param pcm mono PCM16. @param rate samples per second. */
  append(pcm: Uint8Array, rate: number): void {
    const { oldest } = this.#audio;
    this.#audio.push(pcm, this.#next++, rate);
    if (this.#marks.length > 0 && this.#audio.oldest !== oldest) this.#dropMarks();
  }

  /** An activity begins or ends. The oldest marks make room, with the audio between them. */
  appendMark(message: UpstreamMessage): void {
    this.#marks.push({ at: this.#next, message });
    const [, second] = this.#marks;
    if (this.#marks.length <= maxMarks || !second) return;
    this.#audio.dropBefore(second.at);
    this.#dropMarks();
  }

  /**
   * The model understood the utterance.
   * @param speaking the user is in the middle of another one.
   * @returns what is left of it; undefined if nothing is.
   */
  understood(speaking: boolean): UtteranceBuffer | undefined {
    if (!speaking) {
      const open = openMarkOf(this.#marks);
      return open && new UtteranceBuffer(this.#limit, open.message);
    }
    this.#audio.dropBefore(this.#onset);
    if (this.#marks.length > 0) this.#dropMarks();
    return this;
  }

  /** Drops the marks before the oldest audio, except that of an activity which is open there. */
  #dropMarks(): void {
    const from = this.#audio.oldest ?? this.#next;
    const open = openMarkOf(this.#marks.filter(({ at }) => at <= from));
    this.#marks = this.#marks.filter((mark) => mark === open || mark.at > from);
  }
}

/** The utterance with a frame more. */
export function withAudio(
  utterance: UtteranceBuffer | undefined,
  pcm: Uint8Array,
  rate: number,
  limit: number,
): UtteranceBuffer {
  const buffer = utterance ?? new UtteranceBuffer(limit);
  buffer.append(pcm, rate);
  return buffer;
}

/**
 * The utterance with the mark of a message, if it has one. Without audio it is nothing that the next session must get,
 * unless it is open.
 */
export function withMark(
  utterance: UtteranceBuffer | undefined,
  message: UpstreamMessage,
  limit: number,
): UtteranceBuffer | undefined {
  const mark = activityMarkOf(message);
  if (mark === undefined) return utterance;
  if (!hasAudio(utterance))
    return mark === "start" ? new UtteranceBuffer(limit, message) : undefined;
  utterance.appendMark(message);
  return utterance;
}

export const hasAudio = (utterance: UtteranceBuffer | undefined): utterance is UtteranceBuffer =>
  utterance !== undefined && utterance.bytes > 0;

/** The mark of the activity that is open after some marks. */
function openMarkOf(marks: readonly Mark[]): Mark | undefined {
  const last = marks.at(-1);
  return last && activityMarkOf(last.message) === "start" ? last : undefined;
}
