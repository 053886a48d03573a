/**
 * Processes one connection's audio input: splits it into windows, runs voice activity detection in order, and reports
 * the start of each activity and, with the transcript, its end. All times are on the audio clock, which advances only
 * with received audio.
 *
 * Recognition starts after a short silence, before the end is certain, and is dropped if speech resumes.
 */
import { type VadState, type VadSettings, stepVad, quietState, WINDOW_MS } from "./vad.ts";
import { InterimTranscripts } from "./interim-transcripts.ts";
import { samplesToFloats } from "./pcm.ts";
import type { SpeechStream } from "../ports.ts";
import { UtteranceBuffer } from "./utterance.ts";

const WINDOW_SAMPLES = 512;

/** Silence after which speculative recognition starts, ms. */
const SPECULATE_MS = 300;

/** Two minutes of audio. The newest windows beyond it are dropped and counted. */
const MAX_WAITING_WINDOWS = 3_750;

/** Below the usual threshold: the client has marked the activity as speech, so too much audio beats too little. */
const MANUAL_THRESHOLD = 0.35;

interface SpeechInputHandlers {
  activityStarted(offsetMs: number): void;
  /** Audio between two interim transcripts, ms; undefined disables them. */
  readonly interimMs: number | undefined;
  /** The transcript so far, while the user speaks. */
  interimTranscript(transcript: string): void;
  /** The final transcript, unless speech resumes. */
  speculativeTranscript(transcript: string): void;
  /** Speech resumed: the speculative transcript is void. */
  speechResumed(): void;
  /** @param spokenMs duration of the activity on the audio clock. */
  activityEnded(offsetMs: number, transcript: string, spokenMs: number): void;
  /** Audio outside any activity; some turn coverages count it as tokens. */
  audioPassed(ms: number): void;
  /** The recognizer failed; the window or utterance counts as silence. */
  failed(error: unknown): void;
}

type QueueItem = { readonly window: Int16Array } | { readonly mark: "start" | "end" | "flush" };

/** A recognition in progress. */
interface RecognitionAttempt {
  readonly signal: { aborted: boolean };
  readonly transcript: Promise<string>;
}

export class SpeechInput {
  readonly #stream: SpeechStream;
  /** Undefined when the client marks activities itself. */
  readonly #settings: VadSettings | undefined;
  readonly #handlers: SpeechInputHandlers;
  readonly #queue: QueueItem[] = [];
  #draining = false;
  #closed = false;
  #remainder = new Int16Array();
  #clockMs: number;
  #vad: VadState = quietState;
  /** Start of the activity on the audio clock. */
  #activityStartMs = 0;
  #utterance = new UtteranceBuffer();
  #attempt: RecognitionAttempt | undefined;
  readonly #interim: InterimTranscripts;
  dropped = 0;

  /** @param clockMs initial audio clock; it continues across resumed connections. */
  constructor(
    stream: SpeechStream,
    settings: VadSettings | undefined,
    clockMs: number,
    handlers: SpeechInputHandlers,
  ) {
    this.#stream = stream;
    this.#settings = settings;
    this.#clockMs = clockMs;
    this.#handlers = handlers;
    this.#interim = new InterimTranscripts({
      stream,
      intervalMs: handlers.interimMs,
      sendTranscript: (transcript) => handlers.interimTranscript(transcript),
      failed: (error) => handlers.failed(error),
    });
  }

  get clockMs(): number {
    return this.#clockMs;
  }

  get waiting(): number {
    return this.#queue.length;
  }

  /** Whether the queue is empty and no activity is open or starting. */
  get settled(): boolean {
    const quiet = this.#vad.kind === "quiet" && this.#vad.speechMs === 0;
    return quiet && !this.#draining && this.#queue.length === 0;
  }

  get active(): boolean {
    return this.#vad.kind === "active";
  }

  /** @param samples mono, 16 kHz, any number of them. */
  pushAudio(samples: Int16Array): void {
    const joined = new Int16Array(this.#remainder.length + samples.length);
    joined.set(this.#remainder);
    joined.set(samples, this.#remainder.length);
    let offset = 0;
    for (; offset + WINDOW_SAMPLES <= joined.length; offset += WINDOW_SAMPLES)
      this.#enqueue(joined.slice(offset, offset + WINDOW_SAMPLES));
    this.#remainder = joined.slice(offset);
    this.#startDraining();
  }

  /** Processes the client's activity marks in order with the audio. */
  markActivity(mark: "start" | "end"): void {
    this.#flushRemainder();
    this.#queue.push({ mark });
    this.#startDraining();
  }

  /** Ends an open activity without waiting for silence. */
  flush(): void {
    this.#flushRemainder();
    this.#queue.push({ mark: "flush" });
    this.#startDraining();
  }

  close(): void {
    this.#closed = true;
    this.#queue.length = 0;
    this.#cancelAttempt();
    this.#interim.reset();
    this.#stream.close();
  }

  #flushRemainder(): void {
    if (this.#remainder.length === 0) return;
    const window = new Int16Array(WINDOW_SAMPLES);
    window.set(this.#remainder);
    this.#remainder = new Int16Array();
    this.#enqueue(window);
  }

  #enqueue(window: Int16Array): void {
    if (this.#queue.length >= MAX_WAITING_WINDOWS) this.dropped++;
    else this.#queue.push({ window });
  }

  #startDraining(): void {
    if (this.#draining || this.#closed) return;
    this.#draining = true;
    this.#drain()
      .catch((error: unknown) => this.#handlers.failed(error))
      .finally(() => (this.#draining = false));
  }

  async #drain(): Promise<void> {
    for (let item = this.#queue.shift(); item !== undefined; item = this.#queue.shift()) {
      if ("mark" in item) await this.#processMark(item.mark);
      else await this.#processWindow(item.window);
      if (this.#closed) return;
    }
  }

  async #processMark(mark: "start" | "end" | "flush"): Promise<void> {
    const active = this.active;
    if (mark === "start" && !active) this.#startActivity();
    if (mark !== "start" && active) await this.#endActivity();
  }

  async #processWindow(window: Int16Array): Promise<void> {
    const probability = await this.#probability(window);
    if (this.#closed) return;
    this.#clockMs += WINDOW_MS;
    if (this.#settings === undefined) return this.#processClientMarked(window, probability);
    const step = stepVad(this.#vad, probability, this.#settings);
    const inActivity = this.active || step.edge === "start";
    this.#vad = step.state;
    this.#utterance.push(window, step.speech, inActivity);
    if (!inActivity) return this.#processOutsideActivity();
    if (step.edge === "start") this.#startActivity();
    if (step.speech) this.#interim.windowPassed(() => this.#utterance.trimmed());
    if (step.speech) this.#cancelAttempt();
    else if (this.#silentFor(SPECULATE_MS)) void this.#recognize();
    if (step.edge === "end") await this.#endActivity();
  }

  #processOutsideActivity(): void {
    if (this.#vad.kind === "quiet" && this.#vad.speechMs === 0) this.#utterance.retract();
    this.#handlers.audioPassed(WINDOW_MS);
  }

  /** With the client's own marks, voice activity detection only trims the utterance. */
  #processClientMarked(window: Int16Array, probability: number): void {
    const speech = probability >= MANUAL_THRESHOLD && this.active;
    if (!this.active) this.#handlers.audioPassed(WINDOW_MS);
    this.#utterance.push(window, speech, this.active);
    if (speech) this.#interim.windowPassed(() => this.#utterance.trimmed());
  }

  #silentFor(ms: number): boolean {
    return this.#vad.kind === "active" && this.#vad.silentMs >= ms;
  }

  async #probability(window: Int16Array): Promise<number> {
    try {
      return await this.#stream.speechProbability(samplesToFloats(window));
    } catch (error) {
      this.#handlers.failed(error);
      return 0;
    }
  }

  #startActivity(): void {
    this.#vad = { kind: "active", silentMs: 0 };
    this.#activityStartMs = this.#clockMs;
    this.#handlers.activityStarted(this.#clockMs);
  }

  async #endActivity(): Promise<void> {
    this.#interim.reset();
    const transcript = await this.#recognize();
    if (this.#closed) return;
    this.#attempt = undefined;
    this.#vad = quietState;
    this.#utterance.reset();
    this.#handlers.activityEnded(
      this.#clockMs,
      transcript.trim(),
      this.#clockMs - this.#activityStartMs,
    );
  }

  /** The recognition in progress, or a new one. */
  #recognize(): Promise<string> {
    this.#attempt ??= this.#startRecognition(this.#utterance.trimmed());
    return this.#attempt.transcript;
  }

  #startRecognition(audio: Int16Array): RecognitionAttempt {
    const signal = { aborted: false };
    if (audio.length === 0) return { signal, transcript: Promise.resolve("") };
    const transcript = this.#stream.transcribe(audio, signal).catch((error: unknown) => {
      if (!signal.aborted) this.#handlers.failed(error);
      return "";
    });
    transcript
      .then((text) => this.#reportSpeculative(text.trim(), signal))
      .catch((error: unknown) => this.#handlers.failed(error));
    return { signal, transcript };
  }

  #reportSpeculative(transcript: string, { aborted }: RecognitionAttempt["signal"]): void {
    if (transcript !== "" && !aborted) this.#handlers.speculativeTranscript(transcript);
  }

  #cancelAttempt(): void {
    if (this.#attempt === undefined) return;
    this.#attempt.signal.aborted = true;
    this.#attempt = undefined;
    this.#handlers.speechResumed();
  }
}
