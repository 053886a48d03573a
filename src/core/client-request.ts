/** All that a client can request of a conversation, by any protocol (ADK: LiveRequest). */
import type { Content } from "../wire/adk.ts";
import type { FunctionResponse } from "../wire/live-api.ts";
import type { AudioDirection, Role } from "../wire/parley-v1.ts";
import type { ApprovalDecision } from "./policy/approval.ts";
import type { RunOptions } from "./adk/run-events.ts";
import type { StateDelta } from "./adk/session-state.ts";

export type ModelInput =
  /**
   * `id` becomes its event's; `from` is the participant who typed it. `deliverAs`: a turn (Live API: clientContent) may
   * be taken for history by a model that waits for that, realtime input never is.
   */
  | {
      readonly type: "text";
      readonly text: string;
      readonly id?: string;
      readonly from?: string;
      readonly deliverAs?: "turn" | "realtime";
    }
  | AudioInput
  /** A still picture, as standard base64. */
  | { readonly type: "image"; readonly data: string; readonly mimeType: string }
  /** Push to talk: only for agents whose voice activity detection is off. */
  | { readonly type: "activityStart" }
  | { readonly type: "activityEnd" }
  /** The microphone was muted or closed. */
  | { readonly type: "audioStreamEnd" }
  /**
   * Turns with roles (Live API: clientContent). Until it is `complete` the model waits for more. `isHistory`: from before
   * the conversation, and not to be answered.
   */
  | {
      readonly type: "content";
      readonly turns: readonly Content[];
      readonly complete: boolean;
      readonly isHistory?: boolean;
      readonly from?: string;
    };

/** Mono PCM16 little-endian, an even number of bytes. */
export interface AudioInput {
  readonly type: "audio";
  /** Valid until its receiver returns: memory of the next frame, too. A copy may be kept. */
  readonly pcm: Uint8Array;
  /** Samples per second. */
  readonly rate: number;
  /** The Live API's message of this audio, if the client sent it in the form in which the relay sends it. */
  readonly message?: string;
}

/** Approves or declines a call that waits for approval. It goes to the tool, not to the model. */
interface ApproveRequest extends ApprovalDecision {
  readonly type: "approve";
  /** The call's id. */
  readonly id: string;
}

/** Changes the session state. It goes to the tools, not to the model. */
interface StateRequest {
  readonly type: "state";
  readonly delta: StateDelta;
}

/** The result of a long-running call, from outside (ADK: a function response of the user's). */
export interface ToolResult {
  readonly type: "report";
  /** The call's id. */
  readonly id: string;
  readonly name: string;
  readonly response: Record<string, unknown>;
}

/** A part of a run, or of one frame. */
export type InputPart = ModelInput | ApproveRequest | ToolResult | StateRequest;

/** A turn of its own, whose events go to the client that requests it (ADK: /run). */
export interface RunRequest extends RunOptions {
  readonly type: "run";
  readonly parts: readonly InputPart[];
}

/** Concerns the participants of a conversation and not the model. */
export type ControlRequest =
  | {
      readonly type: "hello";
      readonly after?: string;
      readonly role?: Role;
      readonly opus?: readonly AudioDirection[];
    }
  | { readonly type: "ack"; readonly seq: number }
  | { readonly type: "played"; readonly seq: number; readonly ms: number }
  | { readonly type: "interrupt" }
  /** A newer token, in place of the one that the client came with. */
  | { readonly type: "token"; readonly token: string }
  /** Text that is not sent yet: more of it follows (ADK: partial content). */
  | { readonly type: "draft"; readonly text: string }
  /** The participant's own microphone; with `who`, another participant's. */
  | { readonly type: "mute"; readonly on: boolean; readonly who?: string }
  | { readonly type: "bye"; readonly reason?: string }
  | { readonly type: "remove"; readonly who: string; readonly reason?: string }
  | { readonly type: "end"; readonly reason?: string };

/** Only a Live API client sends it: the setup of its session, and the responses of its functions. */
export type LiveClientRequest =
  | { readonly type: "setup"; readonly setup: Readonly<Record<string, unknown>> }
  | { readonly type: "toolResponse"; readonly responses: readonly FunctionResponse[] }
  | { readonly type: "contextUpdate"; readonly update: Readonly<Record<string, unknown>> };

/** An event of a phone call, from the telephone network. */
export type PhoneEvent =
  /** Audio can be sent from here on. `token` is the one that the server gave it for this. */
  | {
      readonly kind: "start";
      readonly stream: string;
      readonly call: string;
      readonly token: string;
    }
  /** µ-law, 8 kHz. `timestampMs` is when it begins, in ms of the stream. */
  | { readonly kind: "media"; readonly audio: Uint8Array; readonly timestampMs: number | undefined }
  /** All audio before the mark was played, or cleared. */
  | { readonly kind: "mark"; readonly name: string }
  /** A key was pressed: 0 to 9, * or #. */
  | { readonly kind: "digit"; readonly digit: string }
  /** The caller hung up. */
  | { readonly kind: "stop" };

/** The progress of a call, as its provider reports it. */
export interface CallStatus {
  readonly status:
    | "initiated"
    | "ringing"
    | "answered"
    | "completed"
    | "busy"
    | "no answer"
    | "cancelled"
    | "failed";
  /** The provider's id of the call. */
  readonly id: string;
  /** How long it lasted; at its end. */
  readonly seconds?: number;
  readonly answeredBy?: "person" | "machine";
}

/** How the call to another telephone ended. */
export type DialOutcome = "answered" | "busy" | "no answer" | "failed";

interface PhoneRequest {
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
