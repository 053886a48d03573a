/** What a client can ask of a conversation, whatever door it came through (ADK: LiveRequest). */
import type { Role } from "../wire/native.ts";
import type { Decision } from "./approval.ts";
import type { Delta } from "./state.ts";

export type LiveRequest =
  /** `id` becomes its event's; `from` is the participant who typed it. */
  | { readonly type: "text"; readonly text: string; readonly id?: string; readonly from?: string }
  /** Mono PCM16 little-endian, an even number of bytes. */
  | { readonly type: "audio"; readonly pcm: Uint8Array; readonly rate: number }
  /** A still picture, as standard base64. */
  | { readonly type: "image"; readonly data: string; readonly mimeType: string }
  /** Push to talk: only for agents whose voice activity detection is off. */
  | { readonly type: "activityStart" }
  | { readonly type: "activityEnd" }
  /** The microphone was muted or closed. */
  | { readonly type: "audioStreamEnd" };

/** Yes or no to a call that waits for a person. The model does not hear of it, the tool does. */
export interface Approve extends Decision {
  readonly type: "approve";
  /** The call's id. */
  readonly id: string;
}

/** A change of the session state. The model does not hear of it, the tools do. */
export interface StateRequest {
  readonly type: "state";
  readonly delta: Delta;
}

/** What concerns the people in a conversation, and not the model. Only the native door has words for it. */
export type HouseRequest =
  | { readonly type: "hello"; readonly after?: string; readonly role?: Role }
  | { readonly type: "ack"; readonly seq: number }
  | { readonly type: "played"; readonly seq: number; readonly ms: number }
  | { readonly type: "interrupt" }
  /** One's own microphone, or a participant's. */
  | { readonly type: "mute"; readonly on: boolean; readonly who?: string }
  | { readonly type: "bye"; readonly reason?: string }
  | { readonly type: "end"; readonly reason?: string };

/** All that a frame can be. */
export type ClientRequest = LiveRequest | Approve | StateRequest | HouseRequest;
