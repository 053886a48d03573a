/**
 * ADK's live `Event` as its servers put it on the wire: camelCase JSON, nulls left out, bytes as
 * URL-safe base64 with padding (ADK Python 2.5). It is also what a conversation's log is made of.
 */
import type { Content, FunctionCall, FunctionResponse } from "@google/genai";

export type { Content, FunctionCall, FunctionResponse };

export interface Event {
  /** Unique, partial events too. */
  readonly id: string;
  /** "e-" and a UUID; the same for all events of one session. */
  readonly invocationId: string;
  /** "user", or the name of the agent that spoke. Never "model". */
  readonly author: string;
  /** Seconds since the epoch, with a fraction. */
  readonly timestamp: number;
  readonly actions: Actions;
  readonly modelVersion?: string;
  readonly content?: Content;
  /** A delta: shown, never recorded. */
  readonly partial?: boolean;
  readonly turnComplete?: boolean;
  readonly turnCompleteReason?: string;
  readonly interrupted?: boolean;
  readonly inputTranscription?: Transcription;
  readonly outputTranscription?: Transcription;
  readonly usageMetadata?: Usage;
  readonly groundingMetadata?: Record<string, unknown>;
  /** Not ADK's: the pages that the model read. */
  readonly urlContextMetadata?: Record<string, unknown>;
  readonly voiceActivity?: { readonly voiceActivityType: string };
  /** Not ADK's, where clients must guess it: the event's author is the active agent from here on. */
  readonly agentChanged?: { readonly from: string; readonly to: string };
  /** Ids of calls that respond later than the turn. */
  readonly longRunningToolIds?: readonly string[];
  readonly customMetadata?: Record<string, unknown>;
  readonly errorCode?: string;
  readonly errorMessage?: string;
}

/** An event before it has an id, a time and its invocation id. */
export type EventBody = Omit<Event, "id" | "invocationId" | "timestamp" | "actions"> & {
  readonly actions?: Actions;
};

export interface Actions {
  readonly stateDelta: Record<string, unknown>;
  readonly artifactDelta: Record<string, unknown>;
  readonly requestedAuthConfigs: Record<string, unknown>;
  readonly requestedToolConfirmations: Record<string, unknown>;
  readonly transferToAgent?: string;
}

/** Append while `finished` is false, replace when it is true. */
export interface Transcription {
  readonly text: string;
  readonly finished: boolean;
}

/** Token counts in ADK's names: AI Studio's `response…` is `candidates…` here. */
export interface Usage {
  readonly promptTokenCount?: number;
  readonly candidatesTokenCount?: number;
  readonly totalTokenCount?: number;
  readonly cachedContentTokenCount?: number;
  readonly thoughtsTokenCount?: number;
  readonly toolUsePromptTokenCount?: number;
  readonly [detail: string]: unknown;
}

export const noActions: Actions = {
  stateDelta: {},
  artifactDelta: {},
  requestedAuthConfigs: {},
  requestedToolConfirmations: {},
};
