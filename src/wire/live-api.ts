/**
 * The Gemini Live API's frames (BidiGenerateContent): the fields that the relay reads and writes.
 *
 * A client frame has exactly one key; a server frame may combine any of its fields.
 */
import type {
  Content,
  FunctionCall,
  FunctionDeclaration,
  FunctionResponse,
  LiveClientSetup,
  UsageMetadata,
} from "@google/genai";

export type { FunctionCall, FunctionDeclaration, FunctionResponse, LiveClientSetup };

export type ClientMessage =
  | { readonly setup: LiveClientSetup }
  | { readonly clientContent: { readonly turns?: Content[]; readonly turnComplete?: boolean } }
  | { readonly realtimeInput: RealtimeInput }
  | { readonly toolResponse: { readonly functionResponses: FunctionResponse[] } }
  | { readonly contextUpdate: ContextUpdate };

/** Changes instruction, tools or both in the middle of a session; a field that is absent changes nothing. */
interface ContextUpdate {
  readonly systemInstruction?: LiveClientSetup["systemInstruction"];
  readonly tools?: { readonly tools: LiveClientSetup["tools"] };
}

type RealtimeInput =
  | { readonly audio: Media }
  | { readonly video: Media }
  | { readonly text: string }
  | { readonly audioStreamEnd: true }
  | { readonly activityStart: Record<string, never> }
  | { readonly activityEnd: Record<string, never> };

/** Base64 in the standard alphabet. */
interface Media {
  readonly data: string;
  readonly mimeType: string;
}

export interface ServerMessage {
  readonly setupComplete?: { readonly sessionId?: string };
  readonly serverContent?: ServerContent;
  readonly toolCall?: { readonly functionCalls?: FunctionCall[] };
  readonly toolCallCancellation?: { readonly ids?: string[] };
  readonly usageMetadata?: UsageMetadata;
  readonly goAway?: { readonly timeLeft?: string };
  readonly sessionResumptionUpdate?: {
    readonly newHandle?: string;
    readonly resumable?: boolean;
    /** Only with `transparent` (Vertex): index of the last client message that the handle's session has consumed. */
    readonly lastConsumedClientMessageIndex?: string;
  };
  readonly voiceActivity?: { readonly type?: string; readonly audioOffset?: string };
  /** Undocumented, but observed: an error in-band, before the close or instead of one. */
  readonly error?: { readonly code?: number; readonly message?: string };
}

export interface ServerContent {
  readonly modelTurn?: Content;
  readonly generationComplete?: boolean;
  readonly turnComplete?: boolean;
  readonly turnCompleteReason?: string;
  /** Beside `turnComplete`, with extended thinking: IN_PROGRESS if the answer is still to come, IDLE at its end. */
  readonly interactionStatus?: string;
  readonly interrupted?: boolean;
  readonly inputTranscription?: { readonly text?: string; readonly finished?: boolean };
  readonly outputTranscription?: { readonly text?: string; readonly finished?: boolean };
  readonly groundingMetadata?: Record<string, unknown>;
  readonly urlContextMetadata?: Record<string, unknown>;
}
