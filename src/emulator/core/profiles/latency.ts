/** How long the service takes, as data; drawn with dice that are given. */
import type { Random } from "../ports.ts";

/** Milliseconds, evenly spread over `at ± spread`. */
export interface Delay {
  readonly at: number;
  readonly spread: number;
}

export interface Latency {
  /** Upgrade → refusal of a bad key. */
  readonly refusal: Delay;
  /** setup → setupComplete. */
  readonly setup: Delay;
  /** setupComplete → sessionResumptionUpdate: of a new session, and of a resumed one. */
  readonly handle: Delay;
  readonly resumedHandle: Delay;
  /** End of the user's speech, as decided → first audio. */
  readonly spokenReply: Delay;
  /** Text or content → first audio. */
  readonly textReply: Delay;
  /** toolResponse → first audio. */
  readonly toolReply: Delay;
  /** Text → `interrupted`. */
  readonly textInterrupts: Delay;
  /** Last chunk of audio → generationComplete. */
  readonly generationComplete: Delay;
  /** setup with a handle that cannot be used yet → the refusal. */
  readonly refusedResume: Delay;
  /** Length of one chunk of audio. */
  readonly chunk: Delay;
  /** Times faster than it plays that audio is delivered. */
  readonly pace: number;
}

export function sampleDelay(delay: Delay, random: Random): number {
  return delay.at + (random() * 2 - 1) * delay.spread;
}

/** Measured on gemini-3.8-live over 84 sessions in September and October 2026. */
export const measuredLatency: Latency = {
  refusal: { at: 40, spread: 10 },
  setup: { at: 260, spread: 30 },
  handle: { at: 118, spread: 20 },
  resumedHandle: { at: 1, spread: 1 },
  spokenReply: { at: 30, spread: 29 },
  textReply: { at: 320, spread: 60 },
  toolReply: { at: 620, spread: 120 },
  textInterrupts: { at: 17, spread: 3 },
  generationComplete: { at: 29, spread: 8 },
  refusedResume: { at: 585, spread: 115 },
  chunk: { at: 260, spread: 30 },
  pace: 7,
};
