/** A model profile: every difference between Live models. A new model is a new data file. */
import type { ConnectionEnd } from "../protocol/close-codes.ts";
import type { Surface } from "../schema/fields.ts";
import type { Latency } from "./latency.ts";

export interface Profile {
  /** The bare model name, as in `models/{name}`; on Vertex the last segment of the path. */
  readonly name: string;
  /** Other model names with the same behaviour. */
  readonly aliases: readonly string[];
  readonly surfaces: readonly Surface[];
  /** `thinkingConfig`: refused, or one of `levels` or a budget, never both; `required`: one of them is mandatory. */
  readonly thinking:
    | "refused"
    | { readonly levels: readonly string[]; readonly budget: boolean; readonly required: boolean };
  /** Tokens of the thoughts of a turn that no setup requested: they are charged all the same. */
  readonly unaskedThoughtTokens: number;
  /** Tokens of the prompt that the counts by modality leave out. */
  readonly unlistedTokens: number;
  /** Voices: the thirty prebuilt ones, or any, those of the voice library too. */
  readonly voices: "prebuilt" | "any";
  /** Whether the output transcript comes without `outputAudioTranscription`. */
  readonly unaskedTranscript: boolean;
  readonly affectiveDialog: "allowed" | "refused";
  /** API versions that accept `enableAffectiveDialog` and `proactivity`. */
  readonly dialogOptions: "everywhere" | "v1alpha";
  /** `always`: enabled, and an explicit `false` is refused. */
  readonly proactiveAudio: "always" | "optional" | "refused";
  /** Allowed function behaviours; the first is the default. */
  readonly functionBehaviors: readonly ("BLOCKING" | "NON_BLOCKING")[];
  /** Whether the model honours `FunctionResponse.scheduling`. */
  readonly scheduling: boolean;
  /** Whether the reply to an INTERRUPT response starts even while the user speaks. */
  readonly interruptSpeaksOverUser: boolean;
  /** Whether barge-in cancels blocking calls (`toolCallCancellation`). */
  readonly cancelsBlockingCalls: boolean;
  /** Whether the surface documents VIDEO output, an avatar; the emulator has none and says "not implemented". */
  readonly videoOutput: boolean;
  /** Probability that barge-in reissues a blocking call with a new id, 0 to 1. */
  readonly reissueProbability: number;
  /** Built-in tools accepted besides functions. */
  readonly builtInTools: readonly string[];
  readonly mediaChunks: "refused" | "accepted";
  /** Whether a voice without AUDIO among the modalities gets its own error text. */
  readonly voiceNeedsAudio: boolean;
  /** `historyConfig`: whether it may end with model content, and whether it survives audio as the first input. */
  readonly history: { readonly mayEndWithModel: boolean; readonly survivesAudio: boolean };
  readonly inputTranscription: "whole" | "deltas";
  readonly turnCoverage: string;
  /** Whether audio and its transcript share a frame. */
  readonly bundlesTranscript: boolean;
  /** Probability that a transcript precedes its audio when they do not share a frame, 0 to 1. */
  readonly transcriptAhead: number;
  /** Whether each turn's transcript starts with an empty one. */
  readonly emptyTranscript: boolean;
  /** Whether `voiceActivity` is sent without `explicitVadSignal`. */
  readonly voiceActivity: boolean;
  readonly callIds: "call" | "functionCall" | "uuid";
  /** `periodic`: a new handle after each turn, and none valid while the model speaks or waits for a function. */
  readonly handles: "once" | "periodic";
  /** How long a handle stays valid after its session disconnects, ms. */
  readonly handleMs: number;
  readonly contextUpdate: boolean;
  /**
   * Spoken as a turn of its own before a function call. A client must then use `interactionStatus` to detect the end of
   * the reply; `turnComplete` alone does not mark it.
   */
  readonly filler: string | undefined;
  /** The effect of `audioStreamEnd` on an utterance without trailing silence. */
  readonly audioStreamEnd: "ignored" | "flushes";
  readonly activity: VadDefaults;
  readonly context: { readonly windowTokens: number };
  /** A connection's lifetime, and how long before its end `goAway` is sent, ms. */
  readonly connection: { readonly lifeMs: number; readonly warningMs: number };
  /** A session's lifetime without compression, ms: audio only, and with video. */
  readonly sessionLimits: { readonly audioMs: number; readonly videoMs: number };
  /** How a connection ends at its age, and when the context exceeds the window. */
  readonly ends: { readonly age: ConnectionEnd; readonly fullWindow: ConnectionEnd };
  readonly latency: Latency;
}

export interface VadDefaults {
  readonly startSensitivity: "HIGH" | "LOW";
  readonly endSensitivity: "HIGH" | "LOW";
  /** Speech required before an activity starts, ms. */
  readonly prefixPaddingMs: number;
  /** Silence required before an activity ends, ms; by end sensitivity. */
  readonly silenceDurationMs: { readonly HIGH: number; readonly LOW: number };
  /** Probability from which a window counts as speech; by start sensitivity. */
  readonly startThreshold: { readonly HIGH: number; readonly LOW: number };
  /** Probability below which speech no longer continues. */
  readonly keepThreshold: number;
}
