/**
 * Who says where the user's turn begins and ends, and so which audio is sent.
 *
 *     automatic      the server: audio that is not silent is sent, with a second of silence after it
 *     detection      this client, by a network in a worker: speech alone is sent, between two marks
 *     push-to-talk   the user: what is said while a control is held, between two marks
 */
import type { Connection, ConnectionEvent } from "../connection/connection.ts";
import { dropOldest } from "../../../../src/wire/drop-oldest.ts";
import { durationMs, micSampleRate } from "../../../../src/wire/pcm.ts";
import { SilenceGate, preRollMs, rmsLoudness } from "../../../../src/wire/silence-gate.ts";
import { SpeechDetector } from "./speech-detector.ts";

/** `text`: no microphone at all. */
export const turnTakings = ["automatic", "detection", "push-to-talk", "text"] as const;

export type TurnTaking = (typeof turnTakings)[number];

export type TurnTarget = Pick<Connection, "sendAudio" | "endAudio" | "setActivity">;

/** Passes the microphone's audio on, or holds it back. */
export interface TurnSender {
  /** @param pcm mono PCM16, 16 kHz. Copied: the caller may reuse the buffer. @param capturedAt of its first sample, ms. */
  push(pcm: ArrayBuffer, capturedAt: number): void;
  handleEvent?(event: ConnectionEvent): void;
  /** The microphone closes or is muted. */
  end(): void;
}

export interface TurnEvents {
  /** The user may have begun to speak. */
  readonly onset: () => void;
  /** The onset was no speech. */
  readonly falseOnset: () => void;
  /**
   * A piece of speech is in the socket: the end of the last word is in the latest.
   * @param saidAt the capture of its middle, @param sentAt of all of it, in ms.
   */
  readonly spoke: (saidAt: number, sentAt: number) => void;
}

const msOf = ({ byteLength }: ArrayBuffer): number => durationMs(byteLength, micSampleRate);

/** A word may end anywhere in its frame: in the middle, on average. */
const middleOf = (pcm: ArrayBuffer, capturedAt: number): number => capturedAt + msOf(pcm) / 2;

/** A shorter sound is a click: not yet the onset of speech, in ms. */
const onsetMs = 80;
/** A shorter pause is within a sound: a frame may fall between two pulses of a voice, in ms. */
const pauseMs = 40;

/** Sends the audio that passes the silence gate, and the end of the audio when the gate closes. */
export class SilenceGatedSender implements TurnSender {
  readonly #target: Pick<TurnTarget, "sendAudio" | "endAudio">;
  readonly #events: TurnEvents | undefined;
  readonly #gate = new SilenceGate();
  /** The newest audio that the gate has held back. */
  #preRoll: readonly ArrayBuffer[] = [];
  /** The finished transcript of the latest utterance has arrived: the model does not need more silence to end it. */
  #transcribed = true;
  /** Of the sound that is on, and of the quiet since its last loud frame. */
  #loudMs = 0;
  #quietMs = 0;

  constructor(target: Pick<TurnTarget, "sendAudio" | "endAudio">, events?: TurnEvents) {
    this.#target = target;
    this.#events = events;
  }

  push(pcm: ArrayBuffer, capturedAt: number): void {
    const bytes = new Uint8Array(pcm);
    const ms = msOf(pcm);
    const verdict = this.#gate.hear(rmsLoudness(bytes), ms, this.#transcribed);
    if (this.#gate.isSpeaking) this.#transcribed = false;
    this.#tellOnset(ms);
    const frame = pcm.slice(0);
    if (verdict === "hold" || verdict === "end")
      this.#preRoll = dropOldest([...this.#preRoll, frame], preRollMs, msOf).kept;
    else this.#send(frame, capturedAt);
    if (verdict === "end") this.#target.endAudio();
  }

  handleEvent(event: ConnectionEvent): void {
    if (event.kind === "transcript" && event.side === "user" && event.finished)
      this.#transcribed = true;
  }

  /** The measured noise floor stays valid for the next utterance. */
  end(): void {
    if (this.#gate.isOpen) this.#target.endAudio();
    this.#gate.close();
    this.#preRoll = [];
    this.#loudMs = this.#quietMs = 0;
  }

  get #isLoud(): boolean {
    return this.#gate.isLoud && this.#gate.isOpen;
  }

  #send(frame: ArrayBuffer, capturedAt: number): void {
    for (const each of this.#preRoll) this.#target.sendAudio(each);
    this.#preRoll = [];
    const spoke = (at: number): void => this.#events?.spoke(middleOf(frame, capturedAt), at);
    this.#target.sendAudio(frame, this.#isLoud ? spoke : undefined);
  }

  #tellOnset(ms: number): void {
    const before = this.#loudMs;
    this.#quietMs = this.#isLoud ? 0 : this.#quietMs + ms;
    if (this.#isLoud) this.#loudMs += ms;
    else if (this.#quietMs >= pauseMs) this.#loudMs = 0;
    if (before < onsetMs && this.#loudMs >= onsetMs) this.#events?.onset();
  }
}

/**
 * Sends what is said while the control is held, to the frame in which it is let go: that frame comes later than the gesture.
 * Nothing from before: the user has not asked to be heard then.
 */
export class PressedSender implements TurnSender {
  readonly #target: TurnTarget;
  readonly #events: TurnEvents;
  #pressed = false;
  /** When the control was let go, in ms; until the last frame has come. */
  #releasedAt = Infinity;

  constructor(target: TurnTarget, events: TurnEvents) {
    this.#target = target;
    this.#events = events;
  }

  press(): void {
    this.#releasedAt = Infinity;
    if (this.#pressed) return;
    this.#pressed = true;
    this.#target.setActivity(true);
  }

  /** @param at in ms. */
  release(at: number): void {
    if (this.#pressed) this.#releasedAt = Math.min(this.#releasedAt, at);
  }

  push(pcm: ArrayBuffer, capturedAt: number): void {
    if (!this.#pressed) return;
    const at = this.#releasedAt;
    const isLast = capturedAt + msOf(pcm) >= at;
    this.#target.sendAudio(pcm, isLast ? (sentAt) => this.#events.spoke(at, sentAt) : undefined);
    if (isLast) this.end();
  }

  end(): void {
    if (!this.#pressed) return;
    this.#pressed = false;
    this.#target.setActivity(false);
  }
}

/** Decides on each frame whether it is speech, and answers later, in order. */
type DetectVoice = (pcm: ArrayBuffer) => void;

/** Sends speech between its two marks, with half a second from before, and no silence. */
export class DetectingSender implements TurnSender {
  readonly #target: TurnTarget;
  readonly #events: TurnEvents;
  readonly #detect: DetectVoice;
  readonly #speech = new SpeechDetector();
  #preRoll: readonly ArrayBuffer[] = [];
  /** When the frames that the detector has were captured, in order. */
  readonly #pending: number[] = [];
  /** The verdicts on as many frames come too late: their stream is over. */
  #void = 0;

  constructor(target: TurnTarget, events: TurnEvents, detect: DetectVoice) {
    this.#target = target;
    this.#events = events;
    this.#detect = detect;
  }

  push(pcm: ArrayBuffer, capturedAt: number): void {
    this.#pending.push(capturedAt);
    this.#detect(pcm.slice(0));
  }

  /** The verdict on the oldest frame that has none. */
  decided(pcm: ArrayBuffer, probability: number): void {
    const capturedAt = this.#pending.shift() ?? 0;
    if (this.#void > 0) return void this.#void--;
    const change = this.#speech.hear(probability, msOf(pcm));
    if (change === "onset") this.#events.onset();
    if (change === "false") this.#events.falseOnset();
    if (change === "start") this.#target.setActivity(true);
    const spoke = (at: number): void => this.#events.spoke(middleOf(pcm, capturedAt), at);
    const isWord = this.#speech.isSpeech && probability >= 0.5;
    if (this.#speech.isSpeech || change === "end") this.#send(pcm, isWord ? spoke : undefined);
    else this.#preRoll = dropOldest([...this.#preRoll, pcm], preRollMs, msOf).kept;
    if (change === "end") this.#target.setActivity(false);
  }

  end(): void {
    if (this.#speech.isSpeech) this.#target.setActivity(false);
    this.#speech.reset();
    this.#preRoll = [];
    this.#void = this.#pending.length;
  }

  #send(pcm: ArrayBuffer, sent: ((at: number) => void) | undefined): void {
    for (const each of this.#preRoll) this.#target.sendAudio(each);
    this.#preRoll = [];
    this.#target.sendAudio(pcm, sent);
  }
}
