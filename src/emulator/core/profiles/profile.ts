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
  /** Versions that know `enableAffectiveDialog` and `proactivity`. */
  readonly dialogOptions: "everywhere" | "v1alpha";
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
  /** A voice without AUDIO among the modalities is refused with a text of its own. */
  readonly voiceNeedsAudio: boolean;
  /** `historyConfig`: whether it may end with the model's words, and whether it outlives a first input of audio. */
  readonly history: { readonly mayEndWithModel: boolean; readonly outlivesAudio: boolean };
  readonly inputTranscription: "whole" | "deltas";
  readonly turnCoverage: string;
  /** Audio and its transcript share a frame. */
  readonly bundlesTranscript: boolean;
  /** How often a transcript comes before the audio it belongs to, where they do not share a frame: 0 to 1. */
  readonly transcriptAhead: number;
  /** Each turn's transcript begins with an empty one. */
  readonly emptyTranscript: boolean;
  /** `voiceActivity` is sent unasked. */
  readonly voiceActivity: boolean;
  readonly callIds: "call" | "functionCall" | "uuid";
  /** `periodic`: after each turn a new one, and none that works while the model speaks or waits for a function. */
  readonly handles: "once" | "periodic";
  /** How long a handle works after its session was last connected, ms. */
  readonly handleMs: number;
  readonly contextUpdate: boolean;
  /**
   * Said in a turn of its own before a function is called. With it, `interactionStatus` tells when the model is done;
   * `turnComplete` alone does not.
   */
  readonly filler: string | undefined;
  /** What `audioStreamEnd` does to an utterance without trailing silence. */
  readonly audioStreamEnd: "ignored" | "flushes";
  readonly activity: VadDefaults;
  readonly context: { readonly windowTokens: number };
  /** How long a connection lives, and how long before its end `goAway` comes, ms. */
  readonly connection: { readonly lifeMs: number; readonly warningMs: number };
  /** How long a session lives without compression, ms: with audio alone, and once there was video. */
  readonly sessionLimits: { readonly audioMs: number; readonly videoMs: number };
  readonly latency: Latency;
}

export interface VadDefaults {
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
