/**
 * The ports of the emulator's core: recognizer, synthesizer, brain, clock and random source.
 *
 * `src/emulator/node` implements them; tests script them. The core itself uses no platform: no timers, no dates, no
 * sockets.
 */
import type { Content, FunctionDeclaration } from "@google/genai";

export interface Ports {
  readonly recognizer: SpeechRecognizer;
  readonly synthesizer: SpeechSynthesizer;
  readonly brain: Brain;
  readonly clock: Clock;
  readonly random: Random;
}

/** Speech detection and recognition, real or scripted. */
export interface SpeechRecognizer {
  /** Opens a stream for one session. */
  openStream(): SpeechStream;
}

export interface SpeechStream {
  /**
   * The probability, 0 to 1, that a window holds speech.
   * @param window 512 samples (32 ms) at 16 kHz, −1 to 1. Windows are passed and answered in order.
   */
  speechProbability(window: Float32Array): Promise<number>;
  /**
   * The transcript of one utterance; "" when it holds no speech.
   * @param utterance mono PCM16 at 16 kHz, trimmed by the caller to at most 100 ms around the speech.
   * @param signal aborted when the caller no longer needs the transcript; work that has not started is then skipped.
   */
  transcribe(utterance: Int16Array, signal?: CancelSignal): Promise<string>;
  close(): void;
}

/** The part of AbortSignal that the core relies on. */
export interface CancelSignal {
  readonly aborted: boolean;
}

/** Speech synthesis, real or scripted. */
export interface SpeechSynthesizer {
  /**
   * Synthesizes one sentence as mono PCM16 at 24 kHz.
   * @param name a Gemini voice ("Kore", "Puck", …); an unknown name selects the default voice.
   * @param reply shared by all sentences of one reply; aborted when the rest of the reply is dropped.
   */
  synthesize(sentence: string, name: string, reply?: CancelSignal): Promise<Int16Array>;
}

/** Generates replies: by rules, by a script, or with a language model that the user runs. */
export interface Brain {
  /** Replies to the last entry of the history. The caller may stop reading at any step. */
  reply(context: ReplyContext): AsyncIterable<Step>;
}

/** The input of a brain. A brain is stateless: its memory is the history. */
export interface ReplyContext {
  /** The session's id, the same across resumed connections. */
  readonly session: string;
  /** The number of replies that this session had before. */
  readonly turn: number;
  readonly instruction: string;
  readonly tools: DeclaredTools;
  /** The contents so far, oldest first; ends with user content or function responses. */
  readonly history: readonly Content[];
  /** The newest video frame, if any. */
  readonly frame: VideoFrame | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly random: Random;
}

export interface VideoFrame {
  readonly mimeType: string;
  readonly data: Uint8Array;
}

export interface DeclaredTools {
  readonly functions: readonly FunctionDeclaration[];
  readonly googleSearch: boolean;
  readonly codeExecution: boolean;
  readonly urlContext: boolean;
}

/**
 * One step of a reply. `say` is spoken and transcribed. The reply continues after a `call`, unless one of its functions
 * is BLOCKING: then the rest is dropped, and the brain replies again once the responses have arrived.
 */
export type Step =
  | { readonly say: string }
  | { readonly think: string }
  | { readonly call: readonly FunctionCallStep[] }
  | { readonly part: Content["parts"] extends (infer P)[] | undefined ? P : never }
  | { readonly grounding: Record<string, unknown> };

export interface FunctionCallStep {
  readonly name: string;
  readonly args: Record<string, unknown>;
}

export interface Clock {
  /** Milliseconds since the epoch; may be virtual. */
  now(): number;
  /** Runs `then` once after `ms`. */
  after(ms: number, then: () => void): Timer;
}

export interface Timer {
  cancel(): void;
}

/** A random source: a number from 0 up to but not including 1. A seeded one makes runs repeatable. */
export type Random = () => number;
