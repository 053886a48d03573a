/**
 * Listens to one connection's microphone: cuts audio into windows, asks the ears about each in order, and says
 * when an activity starts and, with the words, when it ends. Time is the audio's own: what is not sent does not pass.
 *
 * Recognition begins after a short silence, before the end is certain, and is thrown away if speech resumes.
 */
import { type VadState, type VadSettings, stepVad, quietState, WINDOW_MS } from "./vad.ts";
import { InterimTranscripts } from "./interim-transcripts.ts";
import { samplesToFloats } from "./pcm.ts";
import type { SpeechStream } from "../ports.ts";
import { UtteranceBuffer } from "./utterance.ts";

export const WINDOW_SAMPLES = 512;

/** Silence after which recognition begins on trial, ms. */
const SPECULATE_MS = 300;

/** Windows that may wait for the ears: two minutes of audio. More is dropped, newest first, and counted. */
const MAX_WAITING_WINDOWS = 3_750;

/** Lower than the usual: where the client has said that somebody speaks, better to keep too much. */
const MANUAL_THRESHOLD = 0.35;

export interface SpeechInputHandlers {
  activityStarted(offsetMs: number): void;
  /** How often the words so far are wanted, ms of audio; undefined: never. */
  readonly interimMs: number | undefined;
  /** The words so far, while somebody speaks. */
  interimTranscript(words: string): void;
  /** These will be the words, unless speech resumes. */
  speculativeTranscript(words: string): void;
  /** Speech resumed: the guess is void. */
  speechResumed(): void;
  /** @param spokenMs the length of the activity, on the audio clock. */
  activityEnded(offsetMs: number, words: string, spokenMs: number): void;
  /** Audio outside any activity, for those who pay for all of it. */
  audioPassed(ms: number): void;
  /** The ears failed; the talk goes on as if nothing was heard. */
  failed(error: unknown): void;
}

type Item = { readonly window: Int16Array } | { readonly mark: "start" | "end" | "flush" };

/** A recognition under way. */
interface RecognitionAttempt {
  readonly signal: { aborted: boolean };
  readonly words: Promise<string>;
}

export class SpeechInput {
  readonly #hearing: SpeechStream;
  /** Undefined when the client marks activities itself. */
  readonly #rules: VadSettings | undefined;
  readonly #to: SpeechInputHandlers;
  readonly #queue: Item[] = [];
  #working = false;
  #closed = false;
  #rest = new Int16Array();
  #clockMs: number;
  #activity: VadState = quietState;
  /** Where on the audio clock the activity began. */
  #since = 0;
  #utterance = new UtteranceBuffer();
  #attempt: RecognitionAttempt | undefined;
  readonly #interim: InterimTranscripts;
  dropped = 0;

  /** @param clockMs where the audio clock stands: it goes on over resumed connections. */
  constructor(
    hearing: SpeechStream,
    rules: VadSettings | undefined,
    clockMs: number,
    to: SpeechInputHandlers,
  ) {
    this.#hearing = hearing;
    this.#rules = rules;
    this.#clockMs = clockMs;
    this.#to = to;
    this.#interim = new InterimTranscripts({
      hearing,
      everyMs: to.interimMs,
      sendTranscript: (words) => to.interimTranscript(words),
      failed: (error) => to.failed(error),
    });
  }

  get clockMs(): number {
    return this.#clockMs;
  }

  get waiting(): number {
    return this.#queue.length;
  }

  /** Nothing waits for the ears, and nobody speaks. */
  get settled(): boolean {
    const quiet = this.#activity.kind === "quiet" && this.#activity.speechMs === 0;
    return quiet && !this.#working && this.#queue.length === 0;
  }

  get active(): boolean {
    return this.#activity.kind === "active";
  }

  /** @param samples mono, 16 kHz, any number of them. */
  pushAudio(samples: Int16Array): void {
    const all = new Int16Array(this.#rest.length + samples.length);
    all.set(this.#rest);
    all.set(samples, this.#rest.length);
    let at = 0;
    for (; at + WINDOW_SAMPLES <= all.length; at += WINDOW_SAMPLES)
      this.#offer(all.slice(at, at + WINDOW_SAMPLES));
    this.#rest = all.slice(at);
    this.#work();
  }

  /** The client says where an activity begins and ends, in order with the audio. */
  markActivity(mark: "start" | "end"): void {
    this.#flush();
    this.#queue.push({ mark });
    this.#work();
  }

  /** The stream has ended: an activity that is still open ends without waiting for silence. */
  flush(): void {
    this.#flush();
    this.#queue.push({ mark: "flush" });
    this.#work();
  }

  close(): void {
    this.#closed = true;
    this.#queue.length = 0;
    this.#abandon();
    this.#interim.reset();
    this.#hearing.close();
  }

  #flush(): void {
    if (this.#rest.length === 0) return;
    const window = new Int16Array(WINDOW_SAMPLES);
    window.set(this.#rest);
    this.#rest = new Int16Array();
    this.#offer(window);
  }

  #offer(window: Int16Array): void {
    if (this.#queue.length >= MAX_WAITING_WINDOWS) this.dropped++;
    else this.#queue.push({ window });
  }

  #work(): void {
    if (this.#working || this.#closed) return;
    this.#working = true;
    this.#drain()
      .catch((error: unknown) => this.#to.failed(error))
      .finally(() => (this.#working = false));
  }

  async #drain(): Promise<void> {
    for (let item = this.#queue.shift(); item !== undefined; item = this.#queue.shift()) {
      if ("mark" in item) await this.#marked(item.mark);
      else await this.#window(item.window);
      if (this.#closed) return;
    }
  }

  async #marked(mark: "start" | "end" | "flush"): Promise<void> {
    const active = this.active;
    if (mark === "start" && !active) this.#start();
    if (mark !== "start" && active) await this.#end();
  }

  async #window(window: Int16Array): Promise<void> {
    const probability = await this.#probability(window);
    if (this.#closed) return;
    this.#clockMs += WINDOW_MS;
    if (this.#rules === undefined) return this.#keep(window, probability);
    const heard = stepVad(this.#activity, probability, this.#rules);
    const open = this.active || heard.edge === "start";
    this.#activity = heard.activity;
    this.#utterance.push(window, heard.speech, open);
    if (!open) return this.#idle();
    if (heard.edge === "start") this.#start();
    if (heard.speech) this.#interim.windowPassed(() => this.#utterance.trimmed());
    if (heard.speech) this.#abandon();
    else if (this.#silentFor(SPECULATE_MS)) void this.#recognise();
    if (heard.edge === "end") await this.#end();
  }

  #idle(): void {
    if (this.#activity.kind === "quiet" && this.#activity.speechMs === 0) this.#utterance.retract();
    this.#to.audioPassed(WINDOW_MS);
  }

  /** With the client's own marks, speech detection serves only to trim. */
  #keep(window: Int16Array, probability: number): void {
    const speech = probability >= MANUAL_THRESHOLD && this.active;
    if (!this.active) this.#to.audioPassed(WINDOW_MS);
    this.#utterance.push(window, speech, this.active);
    if (speech) this.#interim.windowPassed(() => this.#utterance.trimmed());
  }

  #silentFor(ms: number): boolean {
    return this.#activity.kind === "active" && this.#activity.silentMs >= ms;
  }

  async #probability(window: Int16Array): Promise<number> {
    try {
      return await this.#hearing.speechProbability(samplesToFloats(window));
    } catch (error) {
      this.#to.failed(error);
      return 0;
    }
  }

  #start(): void {
    this.#activity = { kind: "active", silentMs: 0 };
    this.#since = this.#clockMs;
    this.#to.activityStarted(this.#clockMs);
  }

  async #end(): Promise<void> {
    this.#interim.reset();
    const words = await this.#recognise();
    if (this.#closed) return;
    this.#attempt = undefined;
    this.#activity = quietState;
    this.#utterance.reset();
    this.#to.activityEnded(this.#clockMs, words.trim(), this.#clockMs - this.#since);
  }

  /** The attempt under way, or a new one. */
  #recognise(): Promise<string> {
    this.#attempt ??= this.#listenTo(this.#utterance.trimmed());
    return this.#attempt.words;
  }

  #listenTo(audio: Int16Array): RecognitionAttempt {
    const signal = { aborted: false };
    if (audio.length === 0) return { signal, words: Promise.resolve("") };
    const words = this.#hearing.transcribe(audio, signal).catch((error: unknown) => {
      if (!signal.aborted) this.#to.failed(error);
      return "";
    });
    words
      .then((heard) => this.#guess(heard.trim(), signal))
      .catch((error: unknown) => this.#to.failed(error));
    return { signal, words };
  }

  #guess(words: string, { aborted }: RecognitionAttempt["signal"]): void {
    if (words !== "" && !aborted) this.#to.speculativeTranscript(words);
  }

  #abandon(): void {
    if (this.#attempt === undefined) return;
    this.#attempt.signal.aborted = true;
    this.#attempt = undefined;
    this.#to.speechResumed();
  }
}
