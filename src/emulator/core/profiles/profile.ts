/** What a profile says: all in which one live model differs from another. A new model is a new data file. */
import type { Surface } from "../schema/fields.ts";
import type { Latency } from "./latency.ts";

export interface Profile {
  /** The model's bare name, as in `models/{name}`; on Vertex the last part of its path. */
  readonly name: string;
  /** Other names that get the same behaviour. */
  readonly aliases: readonly string[];
  readonly surfaces: readonly Surface[];
  /** `thinkingConfig`: refused, a budget, or one of these levels (required when `required`). */
  readonly thinking:
    | { readonly kind: "refused" }
    | { readonly kind: "budget" }
    | { readonly kind: "level"; readonly levels: readonly string[]; readonly required: boolean };
  readonly affectiveDialog: "allowed" | "refused";
  /** `always`: on, and `false` is refused. */
  readonly proactiveAudio: "always" | "optional" | "refused";
  /** The behaviours a function may declare; the first is the default. */
  readonly functionBehaviors: readonly ("BLOCKING" | "NON_BLOCKING")[];
  /** `FunctionResponse.scheduling` is honoured. */
  readonly scheduling: boolean;
  /** Scheduled as INTERRUPT, a response is spoken about even while the user speaks. */
  readonly interruptCutsIn: boolean;
  /** How often a call that blocks is made again, with a new id, when the user barges in: 0 to 1. */
  readonly reissues: number;
  /** The built-in tools it takes besides functions. */
  readonly builtInTools: readonly string[];
  readonly mediaChunks: "refused" | "accepted";
  /** Voice set without AUDIO among the modalities is refused with a text of its own. */
  readonly inputTranscription: "whole" | "deltas";
  readonly turnCoverage: string;
  /** Audio and its transcript may share a frame. */
  readonly bundles: boolean;
  /** `voiceActivity` is sent unasked. */
  readonly voiceActivity: boolean;
  readonly callIds: "call" | "functionCall" | "uuid";
  readonly handles: "once" | "periodic";
  readonly contextUpdate: boolean;
  /** `interactionStatus` marks when the model is done, `turnComplete` alone does not. */
  readonly interactionStatus: boolean;
  /** What `audioStreamEnd` does to an utterance without trailing silence. */
  readonly audioStreamEnd: "ignored" | "flushes";
  readonly activity: ActivityDefaults;
  readonly context: { readonly windowTokens: number };
  readonly latency: Latency;
}

export interface ActivityDefaults {
  readonly startSensitivity: "HIGH" | "LOW";
  readonly endSensitivity: "HIGH" | "LOW";
  /** Speech that must last before an activity starts, ms. */
  readonly prefixPaddingMs: number;
  /** Silence that must last before it ends, ms; by end sensitivity. */
  readonly silenceDurationMs: { readonly HIGH: number; readonly LOW: number };
  /** Probability from which a window counts as speech; by start sensitivity. */
  readonly startThreshold: { readonly HIGH: number; readonly LOW: number };
  /** Probability below which it no longer does. */
  readonly keepThreshold: number;
}
