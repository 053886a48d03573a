/**
 * ADK's live `Event` as its servers send it: camelCase JSON without nulls, bytes as URL-safe base64 with padding (ADK
 * Python 2.5). The event log stores the same type.
 */
import type { Content, FunctionCall, FunctionResponse } from "@google/genai";

export type { Content, FunctionCall, FunctionResponse };

export interface Event {
  /** Unique, also for partial events. */
  readonly id: string;
  /** "e-" and a UUID; the same for all events of one session. */
  readonly invocationId: string;
  /** "user", or the name of the agent that spoke. Never "model". */
  readonly author: string;
  /** Seconds since the epoch, with a fraction. */
  readonly timestamp: number;
  readonly actions: Actions;
  /** Of a tool's message to the people: the tool's name, "@" and the id of its call. */
  readonly branch?: string;
  /** Of the model's events. */
  readonly modelVersion?: string;
  /** The Live API session of the model's events, where the service names it (Vertex). */
  readonly liveSessionId?: string;
  readonly content?: Content;
  /** A delta: published, never recorded. */
  readonly partial?: boolean;
  readonly turnComplete?: boolean;
  readonly turnCompleteReason?: string;
  /** Beside `turnComplete`: IN_PROGRESS if more of the answer is to come, IDLE if not. Absent: the turn is complete. */
  readonly interactionStatus?: string;
  readonly interrupted?: boolean;
  readonly inputTranscription?: Transcription;
  readonly outputTranscription?: Transcription;
  readonly usageMetadata?: Usage;
  readonly groundingMetadata?: Record<string, unknown>;
  /** Not a field of ADK: the pages that the model read. */
  readonly urlContextMetadata?: Record<string, unknown>;
  /** `audioOffset`: where in the user's audio, as a duration ("2.840s"). */
  readonly voiceActivity?: { readonly voiceActivityType: string; readonly audioOffset?: string };
  /** Not a field of ADK: from this event on its author is the active agent. */
  readonly agentChanged?: { readonly from: string; readonly to: string };
  /** Ids of calls with a response after the turn. */
  readonly longRunningToolIds?: readonly string[];
  readonly customMetadata?: Record<string, unknown>;
  readonly errorCode?: string;
  readonly errorMessage?: string;
}

/** An event without id, timestamp and invocation id. */
export type EventBody = Omit<Event, "id" | "invocationId" | "timestamp" | "actions"> & {
  readonly actions?: Actions;
};

export interface Actions {
  readonly stateDelta: Record<string, unknown>;
  readonly artifactDelta: Record<string, unknown>;
  readonly requestedAuthConfigs: Record<string, unknown>;
  readonly requestedToolConfirmations: Record<string, unknown>;
  readonly transferToAgent?: string;
  /** ADK: the events from this invocation on were taken back. */
  readonly rewindBeforeInvocationId?: string;
  readonly transferReason?: string;
}

/** Append while `finished` is false, replace when it is true. */
export interface Transcription {
  readonly text: string;
  readonly finished: boolean;
}

/** Token counts by ADK's names: AI Studio's `response…` is `candidates…` here. */
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
