/**
 * What goes out to one telephone call: the agent's voice as µ-law in pieces of 20 ms, with marks that come back when they
 * were played, and `clear` when what is left is not to be heard (Twilio Media Streams).
 */
import type { OutboundFrame } from "../../core/delivery/outbound-frame.ts";
import {
  interruptAnswer,
  finishAnswer,
  applyMark,
  noPlayback,
  recordAudioSent,
  type PlaybackProgress,
} from "../../core/delivery/playback-marks.ts";
import { concatBytes } from "../../wire/bytes.ts";
import { phoneSampleRate, mulawSilence, toMulaw } from "../../wire/mulaw.ts";
import { speakerSampleRate } from "../../wire/pcm.ts";
import { Resampler } from "../../wire/resampler.ts";
import { PacedSendQueue, sendNow, type SendQueue } from "../send-queue.ts";

const frameMs = 20;
const frameBytes = (phoneSampleRate * frameMs) / 1000;

export class TwilioSendQueue implements SendQueue {
  readonly #socket: WebSocket;
  readonly #stream: string;
  readonly #paced: PacedSendQueue;
  #resampler = new Resampler(speakerSampleRate, phoneSampleRate);
  /** Half a sample that a piece of sound ended with. */
  #odd: number | undefined;
  /** Less than a frame. */
  #left = new Uint8Array(0);
  #playback: PlaybackProgress = noPlayback;

  /** @param stream the call's `streamSid`. */
  constructor(socket: WebSocket, stream: string) {
    this.#socket = socket;
    this.#stream = stream;
    this.#paced = new PacedSendQueue(socket);
  }

  /** How much of the answer that came last was heard, in ms; undefined before the first. */
  get playedMs(): number | undefined {
    return this.#playback.answer === 0 ? undefined : this.#playback.heardMs;
  }

  /** A mark came back. */
  onMark(name: string): void {
    this.#playback = applyMark(this.#playback, name);
  }

  send(frame: OutboundFrame): boolean {
    if (frame.interrupts) return this.#clear();
    return typeof frame.data === "string" ? this.#finish() : this.#play(this.#sampled(frame.data));
  }

  close(): void {
    this.#paced.close();
  }

  /** Ahead of all that waits, marks too. */
  #clear(): boolean {
    this.#paced.close();
    this.#begin();
    this.#playback = interruptAnswer(this.#playback);
    sendNow(this.#socket, this.#message("clear"));
    return true;
  }

  /** What the filter and the last frame still hold is played too. */
  #finish(): boolean {
    if (this.#playback.complete) return true;
    const alive = this.#play(new Float32Array((tailMs * speakerSampleRate) / 1000));
    const rest = this.#left.length > 0 ? this.#frame(padded(this.#left)) : [];
    const [playback, mark] = finishAnswer(this.#playback);
    this.#playback = playback;
    this.#begin();
    return alive && this.#deliver(mark === undefined ? rest : [...rest, this.#mark(mark)]);
  }

  #begin(): void {
    this.#resampler = new Resampler(speakerSampleRate, phoneSampleRate);
    this.#odd = undefined;
    this.#left = new Uint8Array(0);
  }

  #play(samples: Float32Array): boolean {
    const room = new Float32Array(this.#resampler.capacityFor(samples.length));
    const sound = toMulaw(room.subarray(0, this.#resampler.push(samples, room)));
    const all = concatBytes([this.#left, sound]);
    const whole = all.length - (all.length % frameBytes);
    this.#left = all.slice(whole);
    const frames: OutboundFrame[] = [];
    for (let at = 0; at < whole; at += frameBytes)
      frames.push(...this.#frame(all.subarray(at, at + frameBytes)));
    return this.#deliver(frames);
  }

  #frame(sound: Uint8Array): OutboundFrame[] {
    const [playback, mark] = recordAudioSent(this.#playback, frameMs);
    this.#playback = playback;
    const data = this.#message("media", { media: { payload: sound.toBase64() } });
    const frame = { seq: 0, data, bytes: data.length, audioMs: frameMs, interrupts: false };
    return mark === undefined ? [frame] : [frame, this.#mark(mark)];
  }

  #mark(name: string): OutboundFrame {
    const data = this.#message("mark", { mark: { name } });
    return { seq: 0, data, bytes: data.length, audioMs: 0, interrupts: false };
  }

  #deliver(frames: readonly OutboundFrame[]): boolean {
    return frames.every((frame) => this.#paced.send(frame));
  }

  #message(event: "media" | "mark" | "clear", more: object = {}): string {
    return JSON.stringify({ event, streamSid: this.#stream, ...more });
  }

  /** PCM16 little-endian as samples; half a sample waits for its other half. */
  #sampled(bytes: Uint8Array): Float32Array {
    const all = this.#odd === undefined ? bytes : concatBytes([Uint8Array.of(this.#odd), bytes]);
    this.#odd = all.length % 2 === 1 ? all.at(-1) : undefined;
    const view = new DataView(all.buffer, all.byteOffset, all.byteLength & ~1);
    return Float32Array.from(
      { length: view.byteLength / 2 },
      (_, at) => view.getInt16(at * 2, true) / 32_768,
    );
  }
}

/** As long as the filter remembers. */
const tailMs = 3;

function padded(sound: Uint8Array): Uint8Array {
  const whole = new Uint8Array(frameBytes).fill(mulawSilence);
  whole.set(sound);
  return whole;
}
