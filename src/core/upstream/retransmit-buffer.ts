/**
 * Messages that were sent and are not yet part of what the session can be resumed to, where the service reports that by
 * index (Vertex: `sessionResumption.transparent`). In memory only, and bounded.
 *
 * It changes in place, because each microphone frame is written to it. A message's index on its connection is 1 for the
 * setup, then counts the history, then all else.
 */
import { FrameRing } from "../frame-ring.ts";
import { audioOf, encodeAudio, isMedia, type UpstreamMessage } from "./encoding.ts";

interface SentMessage {
  /** Counted from 1: among the history, or among all else. */
  readonly number: number;
  readonly message: UpstreamMessage;
}

export class RetransmitBuffer {
  readonly #limit: number;
  readonly #audio: FrameRing;
  #history: SentMessage[] = [];
  /** All but audio. */
  #others: SentMessage[] = [];
  /** Of all but audio. */
  #bytes = 0;
  #seeded = 0;
  #sent = 0;

  /** @param limit in bytes. The oldest audio and video make room, then the oldest of all. */
  constructor(limit: number) {
    this.#limit = limit;
    this.#audio = new FrameRing(limit);
  }

  /** About how much memory its messages take. */
  get bytes(): number {
    return this.#audio.bytes + this.#bytes;
  }

  /** Messages that a resumed session has not consumed, oldest first. */
  get messages(): readonly UpstreamMessage[] {
    const later = [...this.#others];
    this.#audio.forEach((pcm, number, rate) =>
      later.push({ number, message: encodeAudio({ pcm, rate }) }),
    );
    later.sort((one, other) => one.number - other.number);
    return [...this.#history, ...later].map(({ message }) => message);
  }

  /** Records a message. */
  record(message: UpstreamMessage): void {
    const audio = audioOf(message);
    if (audio) return this.recordAudio(audio.pcm, audio.rate);
    this.#others.push({ number: ++this.#sent, message });
    this.#bytes += message.bytes;
    this.#trim();
  }

  /** Records microphone audio, as a copy. @param pcm mono PCM16. @param rate samples per second. */
  recordAudio(pcm: Uint8Array, rate: number): void {
    this.#audio.push(pcm, ++this.#sent, rate);
    if (this.#others.length > 0 || this.#history.length > 0) this.#trim();
  }

  /** Records history that a new session gets ahead of all that was recorded before. */
  recordSeed(message: UpstreamMessage): void {
    this.#history.push({ number: ++this.#seeded, message });
    this.#bytes += message.bytes;
    this.#trim();
  }

  /**
   * The service has consumed everything up to a message.
   * @param last as it writes it: a number in decimal (int64 in protobuf's JSON), or nothing.
   */
  acknowledge(last: string | number | undefined): void {
    const consumed = Number(last ?? 0) - 1;
    if (!(consumed > 0)) return;
    this.#history = this.#history.filter(({ number }) => number > consumed);
    this.#others = this.#others.filter(({ number }) => number > consumed - this.#seeded);
    this.#bytes = totalBytes(this.#history) + totalBytes(this.#others);
    this.#audio.dropBefore(consumed - this.#seeded + 1);
  }

  #trim(): void {
    while (this.bytes > this.#limit && this.#dropMedia());
    while (this.bytes > this.#limit)
      this.#dropAt(this.#history.length > 0 ? this.#history : this.#others, 0);
  }

  #dropAt(messages: SentMessage[], at: number): void {
    for (const { message } of messages.splice(at, 1)) this.#bytes -= message.bytes;
  }

  /** Drops the oldest audio or video. @returns false if there is none. */
  #dropMedia(): boolean {
    const video = this.#others.findIndex(({ message }) => isMedia(message));
    const { oldest } = this.#audio;
    if (oldest !== undefined && oldest < (this.#others[video]?.number ?? Infinity))
      this.#audio.dropOldest();
    else if (video !== -1) this.#dropAt(this.#others, video);
    else return false;
    return true;
  }
}

const totalBytes = (messages: readonly SentMessage[]): number =>
  messages.reduce((sum, { message }) => sum + message.bytes, 0);
