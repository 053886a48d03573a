/**
 * What the emulator's core asks of the world: ears, a voice, a brain, a clock and dice.
 *
 * Node gives real ones (`src/emulator/node`); tests give scripted ones. The core itself knows no
 * platform: no timers, no dates, no sockets.
 */
import type { Content, FunctionDeclaration } from "@google/genai";

export interface Ports {
  readonly recognizer: SpeechRecognizer;
  readonly synthesizer: SpeechSynthesizer;
  readonly brain: Brain;
  readonly clock: Clock;
  readonly random: Random;
}

/** Hears: real speech detection and recognition, or a script. */
export interface SpeechRecognizer {
  /** Begins to listen to one session. */
  openStream(): SpeechStream;
}

export interface SpeechStream {
  /**
   * The probability, 0 to 1, that a window holds speech.
   * @param window 512 samples (32 ms) at 16 kHz, −1 to 1. Windows are given in order, and answered in order.
   */
  speechProbability(window: Float32Array): Promise<number>;
  /**
   * The words of one utterance; "" when there are none.
   * @param utterance mono PCM16 at 16 kHz, trimmed by the caller to at most 100 ms around the speech.
   * @param signal aborted when the caller no longer wants the answer; work not yet begun is then skipped.
   */
  transcribe(utterance: Int16Array, signal?: CancelSignal): Promise<string>;
  close(): void;
}

/** The part of AbortSignal that the core relies on. */
export interface CancelSignal {
  readonly aborted: boolean;
}

/** Speaks: real synthesis, or a script. */
export interface SpeechSynthesizer {
  /**
   * One sentence as mono PCM16 at 24 kHz.
   * @param name one of the Gemini voices ("Kore", "Puck", …); an unknown one gets the default voice.
   * @param reply the same for all sentences of one reply; aborted when the rest of it is no longer wanted.
   */
  synthesize(sentence: string, name: string, reply?: CancelSignal): Promise<Int16Array>;
}

/** Thinks: rules, a script, or a language model somebody runs. */
export interface Brain {
  /** Answers the last entry of the scene's history. The caller may stop reading at any step. */
  reply(scene: ReplyContext): AsyncIterable<Step>;
}

/** All that a brain may know when it answers. A brain keeps no memory of its own: it is in the history. */
export interface ReplyContext {
  /** The session's id: the same across resumed connections. */
  readonly session: string;
  /** How many replies this session had before this one. */
  readonly turn: number;
  readonly instruction: string;
  readonly tools: DeclaredTools;
  /** What was said so far, oldest first; ends with the user's words or with function responses. */
  readonly history: readonly Content[];
  /** The newest camera frame, if there was one. */
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
 * One step of a reply. `say` is spoken and transcribed. After a `call` the reply goes on, unless one of its functions
 * is BLOCKING: then the rest is dropped, and the brain is asked again when the responses have come.
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
  /** Runs `then` once, `ms` from now. */
  after(ms: number, then: () => void): Timer;
}

export interface Timer {
  cancel(): void;
}

/** Dice: a number from 0 up to but not including 1. Seeded, so that a run can be repeated. */
export type Random = () => number;
