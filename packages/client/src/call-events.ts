/** The events of a call, by name, and the values that they carry. */
import type { BudgetUse, ReceivedEvent, Side, TokenUsage } from "./connection/connection.ts";
import type { CallState } from "./call-state.ts";
import type { AnswerWait } from "./state/answer-wait.ts";
import type { ParticipantList } from "./state/participants.ts";
import type { ToolActivity } from "./tool-activity.ts";
import type { Role } from "../../../src/wire/parley-v1.ts";

export interface CallEvents {
  /** Any part of `call.state` changed. */
  readonly state: CallState;
  /** An ADK event, as the server sent it. */
  readonly event: ReceivedEvent;
  readonly transcript: TranscriptPiece;
  readonly tool: ToolActivity;
  readonly error: CallError;
  /** An answer becomes audible: how long the user has waited for it. */
  readonly latency: AnswerWait;
  readonly participants: ParticipantList;
  readonly usage: TokenUsage;
  readonly budget: BudgetUse;
  /** The token expires, or was renewed. */
  readonly token: { readonly expiresInMs: number; readonly role: Role };
  /** The agent's voice as it arrives, mono PCM16, little-endian. */
  readonly audio: { readonly pcm: Uint8Array; readonly rate: number };
  /** A picture of the camera or the screen was sent. */
  readonly image: { readonly source: "camera" | "screen"; readonly jpeg: Uint8Array };
}

/** A partial text is a delta to append; a finished one is the whole, and replaces the deltas. */
export interface TranscriptPiece {
  readonly side: Side;
  readonly text: string;
  readonly finished: boolean;
}

export interface CallError {
  /**
   * The server's code (docs/protocol.md, "Errors"), the name of the browser's error for a device, or the client's own:
   * docs/clients.md, "Errors". With a code of the client's, `message` is English; an interface in another language words
   * it by the code.
   */
  readonly code?: string;
  /** For display: what was wrong, and what to do. */
  readonly message: string;
}
