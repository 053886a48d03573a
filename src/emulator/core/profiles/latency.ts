/** The service's latencies as data, sampled with a given random source. */
import type { Random } from "../ports.ts";

/** Milliseconds, uniformly distributed over `at ± spread`. */
export interface Delay {
  readonly at: number;
  readonly spread: number;
}

export interface Latency {
  /** Upgrade → refusal of a bad key. */
  readonly refusal: Delay;
  /** setup → setupComplete. */
  readonly setup: Delay;
  /** setupComplete → sessionResumptionUpdate, for a new and for a resumed session. */
  readonly handle: Delay;
  readonly resumedHandle: Delay;
  /** Detected end of the user's speech → first audio. */
  readonly spokenReply: Delay;
  /** Text or content → first audio. */
  readonly textReply: Delay;
  /** toolResponse → first audio. */
  readonly toolReply: Delay;
  /** Text → `interrupted`. */
  readonly textInterrupts: Delay;
  /** Last chunk of audio → generationComplete. */
  readonly generationComplete: Delay;
  /** setup with a handle that cannot be used yet → refusal. */
  readonly refusedResume: Delay;
  /** Duration of one audio chunk. */
  readonly chunk: Delay;
  /** How many times faster than it plays audio is sent. */
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
