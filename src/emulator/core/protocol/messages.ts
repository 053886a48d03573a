/**
 * The messages of the Live API: client messages after parsing, server messages before encoding. Live API:
 * BidiGenerateContent.
 */
import type { Content, FunctionDeclaration, Part } from "@google/genai";
import type { Modality } from "./token-usage.ts";

/** A frame holds exactly one kind of message. */
export type ClientMessage =
  | { readonly setup: Setup }
  | { readonly clientContent: ClientContent }
  | { readonly realtimeInput: RealtimeInput }
  | { readonly toolResponse: ToolResponse }
  | { readonly contextUpdate: ContextUpdate };

export interface Setup {
  readonly model?: string;
  readonly generationConfig?: GenerationConfig;
  readonly systemInstruction?: Content;
  readonly tools?: readonly Tool[];
  readonly realtimeInputConfig?: RealtimeInputConfig;
  readonly sessionResumption?: { readonly handle?: string; readonly transparent?: boolean };
  readonly contextWindowCompression?: {
    readonly triggerTokens?: number;
    readonly slidingWindow?: { readonly targetTokens?: number };
  };
  readonly inputAudioTranscription?: object;
  readonly outputAudioTranscription?: object;
  readonly proactivity?: { readonly proactiveAudio?: boolean; readonly proactiveVideo?: boolean };
  readonly historyConfig?: { readonly initialHistoryInClientContent?: boolean };
  readonly explicitVadSignal?: boolean;
}

interface GenerationConfig {
  readonly responseModalities?: readonly string[];
  readonly maxOutputTokens?: number;
  readonly mediaResolution?: string;
  readonly enableAffectiveDialog?: boolean;
  readonly speechConfig?: {
    readonly voiceConfig?: {
      readonly prebuiltVoiceConfig?: { readonly voiceName?: string };
      readonly voice?: string;
    };
    readonly languageCode?: string;
  };
  readonly thinkingConfig?: {
    readonly includeThoughts?: boolean;
    readonly thinkingBudget?: number;
    readonly thinkingLevel?: string;
  };
  readonly [field: string]: unknown;
}

export interface Tool {
  readonly functionDeclarations?: readonly FunctionDeclaration[];
  readonly googleSearch?: object;
  readonly codeExecution?: object;
  readonly urlContext?: object;
  readonly [tool: string]: unknown;
}

interface RealtimeInputConfig {
  readonly automaticActivityDetection?: {
    readonly disabled?: boolean;
    readonly startOfSpeechSensitivity?: string;
    readonly endOfSpeechSensitivity?: string;
    readonly prefixPaddingMs?: number;
    readonly silenceDurationMs?: number;
  };
  readonly activityHandling?: string;
  readonly turnCoverage?: string;
}

export interface ClientContent {
  readonly turns?: readonly Content[];
  readonly turnComplete?: boolean;
}

export interface Blob {
  readonly mimeType?: string;
  readonly data?: Uint8Array;
}

export interface RealtimeInput {
  readonly audio?: Blob;
  readonly video?: Blob;
  readonly mediaChunks?: readonly Blob[];
  readonly text?: string;
  readonly audioStreamEnd?: boolean;
  readonly activityStart?: object;
  readonly activityEnd?: object;
}

export interface FunctionResponse {
  readonly id?: string;
  readonly name?: string;
  readonly response?: Readonly<Record<string, unknown>>;
  readonly scheduling?: string;
  readonly willContinue?: boolean;
}

export interface ToolResponse {
  readonly functionResponses?: readonly FunctionResponse[];
}

export interface ContextUpdate {
  readonly systemInstruction?: Content;
  readonly tools?: { readonly tools?: readonly Tool[] };
}

export interface ServerMessage {
  readonly setupComplete?: { readonly sessionId?: string };
  readonly serverContent?: ServerContent;
  readonly toolCall?: { readonly functionCalls: readonly FunctionCall[] };
  readonly toolCallCancellation?: { readonly ids: readonly string[] };
  readonly goAway?: { readonly timeLeft: string };
  readonly sessionResumptionUpdate?: {
    readonly newHandle?: string;
    readonly resumable?: boolean;
    readonly lastConsumedClientMessageIndex?: string;
  };
  readonly voiceActivity?: {
    readonly type: "ACTIVITY_START" | "ACTIVITY_END";
    readonly audioOffset: string;
  };
  readonly voiceActivityDetectionSignal?: {
    readonly vadSignalType: "VAD_SIGNAL_TYPE_SOS" | "VAD_SIGNAL_TYPE_EOS";
  };
  readonly interactionStatus?: "IN_PROGRESS" | "IDLE";
  readonly usageMetadata?: UsageMetadata;
}

export interface ServerContent {
  readonly modelTurn?: { readonly role?: "model"; readonly parts: readonly Part[] };
  readonly inputTranscription?: { readonly text?: string };
  readonly interimInputTranscription?: { readonly text?: string };
  readonly outputTranscription?: { readonly text?: string };
  readonly groundingMetadata?: object;
  readonly urlContextMetadata?: object;
  readonly generationComplete?: true;
  readonly turnComplete?: true;
  readonly interrupted?: true;
  readonly interactionStatus?: "IN_PROGRESS" | "IDLE";
}

export interface FunctionCall {
  readonly name: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly id: string;
}

export interface TokenCount {
  readonly modality: Modality;
  readonly tokenCount: number;
}

/** On Vertex the response fields are named `candidates…`. */
export interface UsageMetadata {
  readonly promptTokenCount: number;
  readonly responseTokenCount?: number;
  readonly candidatesTokenCount?: number;
  readonly thoughtsTokenCount?: number;
  readonly totalTokenCount: number;
  readonly promptTokensDetails: readonly TokenCount[];
  readonly responseTokensDetails?: readonly TokenCount[];
  readonly candidatesTokensDetails?: readonly TokenCount[];
}
