/**
 * The send queue of one telephone call. It sends the agent's audio as µ-law in frames of 20 ms, with marks that the
 * provider returns once they are played, and `clear` to discard the rest of an answer.
 */
import type { OutboundFrame } from "../../core/delivery/outbound-frame.ts";
import {
  interruptAnswer,
  finishAnswer,
  applyMark,
  noPlayback,
  recordAudioSent,
  unplayedMs,
  type PlaybackProgress,
} from "../../core/delivery/playback-marks.ts";
import { concatBytes } from "../../wire/bytes.ts";
import { dtmfTones } from "../../wire/dtmf.ts";
import { phoneSampleRate, mulawSilence, toMulaw } from "../../wire/mulaw.ts";
import { speakerSampleRate } from "../../wire/pcm.ts";
import { Resampler } from "../../wire/resampler.ts";
import { unnumberedFrame } from "../frames.ts";
import type { PhoneProvider } from "./provider.ts";
import { PacedSendQueue, sendNow, type SendQueue } from "../send-queue.ts";

const frameMs = 20;
const frameBytes = (phoneSampleRate * frameMs) / 1000;

export class PhoneSendQueue implements SendQueue {
  readonly #socket: WebSocket;
  readonly #provider: PhoneProvider;
  /** The provider's name of the stream. */
  readonly #stream: string;
  readonly #paced: PacedSendQueue;
  #resampler = new Resampler(speakerSampleRate, phoneSampleRate);
  /** The first byte of a sample whose second is still to come. */
  #oddByte: number | undefined;
  /** µ-law of less than a frame. */
  #remainder = new Uint8Array(0);
  #playback: PlaybackProgress = noPlayback;
  /** Set while a hold sound plays. */
  #holdTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(socket: WebSocket, provider: PhoneProvider, stream: string) {
    this.#socket = socket;
    this.#provider = provider;
    this.#stream = stream;
    this.#paced = new PacedSendQueue(socket);
  }

  /** How much of the newest answer the phone has played, in ms; undefined before the first. */
  get playedMs(): number | undefined {
    return this.#playback.answer === 0 ? undefined : this.#playback.heardMs;
  }

  /** How much audio of the newest answer is sent or waiting and not yet played, in ms. */
  get unplayedMs(): number {
    return unplayedMs(this.#playback);
  }

  onMark(name: string): void {
    this.#playback = applyMark(this.#playback, name);
  }

  /** Sends the audio that is still in the resampler, with a mark behind it. Audio that follows is another answer's. */
  flush(): boolean {
    return this.#finish();
  }

  /** Presses keys, behind the audio that waits: by a message of the provider, or as tones. */
  press(digits: string): boolean {
    this.stopHold();
    const isReading = this.#finish();
    const message = this.#provider.keys?.(this.#stream, digits);
    return (
      isReading &&
      this.#send(message ? [unnumberedFrame(JSON.stringify(message))] : this.#tones(digits))
    );
  }

  /** Plays it in short pieces: what the phone has not played when the answer comes is cleared. */
  startHold(round: Uint8Array): void {
    if (this.#holdTimer !== undefined) return;
    let at = 0;
    const play = (ms: number): void => {
      for (let sent = 0; sent < ms; sent += frameMs) {
        sendNow(
          this.#socket,
          String(this.#media(padded(round.subarray(at, at + frameBytes))).data),
        );
        at = (at + frameBytes) % round.length;
      }
      this.#holdTimer = setTimeout(() => play(holdStepMs), holdStepMs);
    };
    // One piece ahead: timers are late now and then.
    play(2 * holdStepMs);
  }

  /** The hold sound ends at once, with its audio that is buffered. */
  stopHold(): void {
    if (this.#holdTimer === undefined) return;
    this.#cancelHold();
    sendNow(this.#socket, JSON.stringify(this.#provider.clear(this.#stream)));
  }

  #cancelHold(): void {
    clearTimeout(this.#holdTimer);
    this.#holdTimer = undefined;
  }

  send(frame: OutboundFrame): boolean {
    if (this.#holdTimer !== undefined) this.stopHold();
    if (frame.interrupts) return this.#clear();
    return typeof frame.data === "string"
      ? this.#finish()
      : this.#play(this.#toSamples(frame.data));
  }

  close(): void {
    this.#cancelHold();
    this.#paced.close();
  }

  /** Drops the queue first, marks included: `clear` must not wait behind it. */
  #clear(): boolean {
    this.#paced.close();
    this.#resetAudio();
    this.#playback = interruptAnswer(this.#playback);
    sendNow(this.#socket, JSON.stringify(this.#provider.clear(this.#stream)));
    return true;
  }

  /** Ends the answer; also sends the audio that is still in the resampler and in the last, incomplete frame. */
  #finish(): boolean {
    if (this.#playback.complete) return true;
    const isReading = this.#play(new Float32Array((tailMs * speakerSampleRate) / 1000));
    const rest = this.#remainder.length > 0 ? this.#frames(padded(this.#remainder)) : [];
    const [playback, mark] = finishAnswer(this.#playback);
    this.#playback = playback;
    this.#resetAudio();
    return isReading && this.#send(mark === undefined ? rest : [...rest, this.#mark(mark)]);
  }

  #tones(digits: string): OutboundFrame[] {
    const mulaw = dtmfTones(digits);
    const starts = Array.from(
      { length: Math.ceil(mulaw.length / frameBytes) },
      (_, n) => n * frameBytes,
    );
    return starts.map((at) => this.#media(padded(mulaw.subarray(at, at + frameBytes))));
  }

  #resetAudio(): void {
    this.#resampler = new Resampler(speakerSampleRate, phoneSampleRate);
    this.#oddByte = undefined;
    this.#remainder = new Uint8Array(0);
  }

  #play(samples: Float32Array): boolean {
    const resampled = new Float32Array(this.#resampler.capacityFor(samples.length));
    const mulaw = toMulaw(resampled.subarray(0, this.#resampler.push(samples, resampled)));
    const all = concatBytes([this.#remainder, mulaw]);
    const end = all.length - (all.length % frameBytes);
    this.#remainder = all.slice(end);
    const frames: OutboundFrame[] = [];
    for (let at = 0; at < end; at += frameBytes)
      frames.push(...this.#frames(all.subarray(at, at + frameBytes)));
    return this.#send(frames);
  }

  /** @param mulaw one whole frame. @returns it, and the mark that is due after it. */
  #frames(mulaw: Uint8Array): OutboundFrame[] {
    const [playback, mark] = recordAudioSent(this.#playback, frameMs);
    this.#playback = playback;
    const frame = this.#media(mulaw);
    return mark === undefined ? [frame] : [frame, this.#mark(mark)];
  }

  #media(mulaw: Uint8Array): OutboundFrame {
    const message = this.#provider.media(this.#stream, mulaw.toBase64());
    return unnumberedFrame(JSON.stringify(message), { audioMs: frameMs });
  }

  #mark(name: string): OutboundFrame {
    return unnumberedFrame(JSON.stringify(this.#provider.mark(this.#stream, name)));
  }

  #send(frames: readonly OutboundFrame[]): boolean {
    return frames.every((frame) => this.#paced.send(frame));
  }

  /** @param bytes PCM16, little-endian. */
  #toSamples(bytes: Uint8Array): Float32Array {
    const all =
      this.#oddByte === undefined ? bytes : concatBytes([Uint8Array.of(this.#oddByte), bytes]);
    this.#oddByte = all.length % 2 === 1 ? all.at(-1) : undefined;
    const view = new DataView(all.buffer, all.byteOffset, all.byteLength & ~1);
    return Float32Array.from(
      { length: view.byteLength / 2 },
      (_, at) => view.getInt16(at * 2, true) / 32_768,
    );
  }
}

/** Length of one piece of a hold sound. */
const holdStepMs = 200;

/** At least the length of the resampler's filter: so much silence pushes all audio out of it. */
const tailMs = 3;

function padded(mulaw: Uint8Array): Uint8Array {
  const frame = new Uint8Array(frameBytes).fill(mulawSilence);
  frame.set(mulaw);
  return frame;
}
