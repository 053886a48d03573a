/** What a client can ask of a conversation, whatever door it came through (ADK: LiveRequest). */
import type { Content } from "../wire/adk.ts";
import type { FunctionResponse } from "../wire/live-api.ts";
import type { Role } from "../wire/parley-v1.ts";
import type { ApprovalDecision } from "./policy/approval.ts";
import type { RunOptions } from "./adk/run-events.ts";
import type { StateDelta } from "./adk/session-state.ts";

export type ModelInput =
  /**
   * `id` becomes its event's; `from` is the participant who typed it. `as`: a turn (Live API: clientContent) may tell of
   * the past, realtime input never does, for a model that waits for it.
   */
  | {
      readonly type: "text";
      readonly text: string;
      readonly id?: string;
      readonly from?: string;
      readonly deliverAs?: "turn" | "realtime";
    }
  /** Mono PCM16 little-endian, an even number of bytes. */
  | { readonly type: "audio"; readonly pcm: Uint8Array; readonly rate: number }
  /** A still picture, as standard base64. */
  | { readonly type: "image"; readonly data: string; readonly mimeType: string }
  /** Push to talk: only for agents whose voice activity detection is off. */
  | { readonly type: "activityStart" }
  | { readonly type: "activityEnd" }
  /** The microphone was muted or closed. */
  | { readonly type: "audioStreamEnd" }
  /**
   * Turns with roles (Live API: clientContent). Until it is `complete` the model waits for more. `past`: said before
   * the conversation, and not to be answered.
   */
  | {
      readonly type: "content";
      readonly turns: readonly Content[];
      readonly complete: boolean;
      readonly isHistory?: boolean;
      readonly from?: string;
    };

/** Yes or no to a call that waits for a person. The model does not hear of it, the tool does. */
export interface ApproveRequest extends ApprovalDecision {
  readonly type: "approve";
  /** The call's id. */
  readonly id: string;
}

/** A change of the session state. The model does not hear of it, the tools do. */
export interface StateRequest {
  readonly type: "state";
  readonly delta: StateDelta;
}

/** The result of a long-running call, which was found out elsewhere (ADK: a function response of the user's). */
export interface ToolResult {
  readonly type: "report";
  /** The call's id. */
  readonly id: string;
  readonly name: string;
  readonly response: Record<string, unknown>;
}

/** What a run, or one frame, may consist of. */
export type InputPart = ModelInput | ApproveRequest | ToolResult | StateRequest;

/** A turn of its own, whose events are for whoever asks (ADK: /run). */
export interface RunRequest extends RunOptions {
  readonly type: "run";
  readonly parts: readonly InputPart[];
}

/** What concerns the people in a conversation, and not the model. Only the native door has words for it. */
export type ControlRequest =
  | { readonly type: "hello"; readonly after?: string; readonly role?: Role }
  | { readonly type: "ack"; readonly seq: number }
  | { readonly type: "played"; readonly seq: number; readonly ms: number }
  | { readonly type: "interrupt" }
  /** Words that more words will follow before they are said (ADK: partial content). */
  | { readonly type: "draft"; readonly text: string }
  /** One's own microphone, or a participant's. */
  | { readonly type: "mute"; readonly on: boolean; readonly who?: string }
  | { readonly type: "bye"; readonly reason?: string }
  | { readonly type: "end"; readonly reason?: string };

/** What only a client of the Live API says: how it wants its session, and what its functions answer. */
export type LiveClientRequest =
  | { readonly type: "setup"; readonly setup: Readonly<Record<string, unknown>> }
  | { readonly type: "toolResponse"; readonly responses: readonly FunctionResponse[] }
  | { readonly type: "contextUpdate"; readonly update: Readonly<Record<string, unknown>> };

/** What the telephone network says of a call. */
export type PhoneEvent =
  /** Sound can be sent from here on. `token` is what the server gave it to come with. */
  | {
      readonly kind: "start";
      readonly stream: string;
      readonly call: string;
      readonly token: string;
    }
  /** µ-law, 8 kHz. `at` is when it begins, in ms of the stream. */
  | { readonly kind: "media"; readonly audio: Uint8Array; readonly timestampMs: number | undefined }
  /** What was sent before the mark was played, or cleared. */
  | { readonly kind: "mark"; readonly name: string }
  /** A key was pressed: 0 to 9, * or #. */
  | { readonly kind: "digit"; readonly digit: string }
  /** The caller hung up. */
  | { readonly kind: "stop" };

export interface PhoneRequest {
  readonly type: "phone";
  readonly event: PhoneEvent;
}

/** All that a frame can be. */
export type ClientRequest =
  | InputPart
  | RunRequest
  | PhoneRequest
  | ControlRequest
  | LiveClientRequest;
