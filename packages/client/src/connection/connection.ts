/**
 * A client's connection to a conversation, independent of the wire format: requests up, events down.
 *
 *   closed ──open()──▶ connecting ──▶ open
 *     ▲                 ▲    │          │
 *     │    retry timer, │    ▼          ▼ the socket closes
 *     └─close() online ─┴─ backoff ◀────┘
 *
 * Text sent while disconnected is queued and delivered later. Audio and images sent while disconnected are dropped:
 * they would be stale on arrival.
 */
import type { ApprovalEvent } from "../state/approvals.ts";
import type { ParticipantList } from "../state/participants.ts";
import type { Products } from "../state/products.ts";
import type { Source } from "../state/sources.ts";
import type { ToolEvent } from "../state/tool-calls.ts";
import type { Event } from "../../../../src/wire/adk.ts";
import type { ResumePoint, Role, ServerFrame } from "../../../../src/wire/parley-v1.ts";
import type { TextMessage } from "./outbox.ts";

/** Why the client does not connect again, where the server gave no words. */
export type CloseCode =
  | "ENDED"
  | "SPENT"
  | "REFUSED"
  /** `getToken` gave no token, but something else. */
  | "BAD_TOKEN"
  /** A page that came over https, and a server without. */
  | "NEEDS_HTTPS"
  /** The page's Content-Security-Policy. */
  | "BLOCKED_BY_POLICY";

export type ConnectionState =
  /** Never opened, closed by the page, or (`reason`) closed by the server for good. */
  /** `code`: the reason is in the client's words, and not the server's. */
  | { readonly status: "closed"; readonly reason?: string; readonly code?: CloseCode }
  /** `retry`: after an attempt that failed, or a connection that was lost. `offline`: the browser says so. */
  | { readonly status: "connecting"; readonly retry: boolean; readonly offline: boolean }
  | { readonly status: "open" }
  /** The socket closed. The next attempt starts in `retryInMs`, or as soon as the browser is online again. */
  | { readonly status: "backoff"; readonly retryInMs: number; readonly offline: boolean };

export type Side = "user" | "agent";

/** One wire frame may yield several events, in this order. */
export type ConnectionEvent =
  | { readonly kind: "state"; readonly state: ConnectionState }
  | { readonly kind: "usage"; readonly tokens: TokenUsage }
  /** Mono PCM16, little-endian. A chunk may end within a sample. */
  | {
      readonly kind: "audio";
      readonly pcm: Uint8Array;
      /** Samples per second. */
      readonly rate: number;
      /** Identifies the frame in `reportPlayed`. */
      readonly seq?: number;
    }
  /** A partial `text` is a delta to append. A finished `text` is the whole and replaces the partial. */
  | {
      readonly kind: "transcript";
      readonly side: Side;
      readonly text: string;
      readonly finished: boolean;
      /** The role of another participant that spoke. */
      readonly by?: Role;
    }
  /** A typed message, from this page or another client. */
  | {
      readonly kind: "typed";
      readonly text: string;
      readonly id?: string;
      /** The role of another participant that typed it. */
      readonly by?: Role;
    }
  /** A tool's message to the people, which the model does not get. */
  | { readonly kind: "toolMessage"; readonly text: string }
  /** A picture in such a message. */
  | { readonly kind: "toolPicture"; readonly picture: Blob }
  /** The conversation goes to another agent, for a reason that the model or a tool gave. */
  | { readonly kind: "transferred"; readonly to: string; readonly reason?: string }
  /** The server rejected the message that this page sent under `id`. */
  | { readonly kind: "textRejected"; readonly id: string }
  /**
   * Events from the server's log that this page missed. `complete`: they are the whole conversation and replace what
   * the page shows.
   */
  | {
      readonly kind: "replay";
      readonly complete: boolean;
      readonly events: readonly ConnectionEvent[];
    }
  /** The server left out `ms` of audio at this point. */
  | { readonly kind: "audioSkipped"; readonly ms: number }
  | { readonly kind: "participants"; readonly participants: ParticipantList }
  /** Answers from here on are those of the agent `name`. */
  | { readonly kind: "agentChanged"; readonly name: string; readonly from?: string }
  | { readonly kind: "products"; readonly products: Partial<Products> }
  /** Sources of the answer. They may arrive before the first word of the answer. */
  | { readonly kind: "sources"; readonly sources: readonly Source[] }
  | ToolEvent
  | ApprovalEvent
  /** A user spoke over the answer: the rest of it is void. */
  | {
      readonly kind: "interrupted";
      /** So much of the answer was heard, by the client that interrupted it. */
      readonly heardMs?: number;
    }
  /** `thinking`: what the agent said was a filler, and its answer is still to come. */
  | { readonly kind: "turnComplete"; readonly thinking?: true }
  /**
   * `message` is for display. The connection stays as it is, unless a "state" event says otherwise. `code` is the
   * server's, from the table of errors in docs/protocol.md.
   */
  | { readonly kind: "error"; readonly message: string; readonly code?: string }
  /** An ADK event as the server sent it, before the events that it was translated to. */
  | ({ readonly kind: "adkEvent" } & ReceivedEvent)
  /** The client's token expires in `expiresInMs`. */
  | { readonly kind: "token"; readonly expiresInMs: number; readonly role: Role }
  | ({ readonly kind: "budget" } & BudgetUse);

/** A frame of the socket as it is, with media and tokens; or (`local`) its opening or close. */
export type WireFrame =
  | { readonly direction: "in" | "out"; readonly data: string | ArrayBuffer }
  | { readonly direction: "local"; readonly what: string };

export interface ReceivedEvent {
  readonly event: Event;
  /** The id of the participant that caused it. */
  readonly from?: string;
  /** From the server's log: it happened before this client joined, or while it was disconnected. */
  readonly replayed: boolean;
}

/** Most of a budget is used. */
export type BudgetUse = Pick<Extract<ServerFrame, { type: "budget" }>, "scope" | "of" | "used">;

/** Token counts of the latest turn, as the model service reports them. */
export interface TokenUsage {
  readonly input: number;
  readonly output: number;
  readonly total: number;
}

/** The outcome of `sendText`. "rejected": the outbox is full and the text was not taken. */
export type SendResult = "sent" | "queued" | "rejected";

/** The state from which a reloaded page resumes. */
export interface ConnectionSnapshot {
  /** Every frame up to here was received. */
  readonly point?: ResumePoint;
  /** Ids of the latest events: an event may come twice, once from the log and once live. */
  readonly seenIds: readonly string[];
  /** Texts that the server has not confirmed. */
  readonly texts: readonly TextMessage[];
}

export interface Connection {
  readonly state: ConnectionState;
  open(): void;
  /** Reconnects a lost connection at once. */
  retry(): void;
  /** Closes for good and drops queued text. */
  close(): void;
  /** Undefined when there is nothing to resume. */
  readonly snapshot: ConnectionSnapshot | undefined;
  /**
   * Mono PCM16 at 16 kHz. The caller may reuse the buffer as soon as this returns.
   * @param sent gets the time at which all of it is in the socket, in ms; not called for audio that is dropped.
   */
  sendAudio(pcm: ArrayBuffer, sent?: (at: number) => void): void;
  /** The microphone pauses: the server may treat the utterance as ended. */
  endAudio(): void;
  /**
   * Mutes or unmutes the own microphone, or, as an operator, that of the participant `who`. The server tells the other
   * participants.
   */
  mute(on: boolean, who?: string): void;
  /** Push to talk: speech begins or ends. */
  setActivity(on: boolean): void;
  /** Changes the session state. A null removes a key. */
  sendState(delta: Readonly<Record<string, unknown>>): void;
  /** Replaces the token of the connection, and, without `getToken`, that of later ones. */
  renewToken(token: string): void;
  /** Removes the participant `who`. Operators only. */
  remove(who: string, reason?: string): void;
  /** Ends the conversation for all participants. Operators only. */
  end(reason?: string): void;
  /** @param id unique, 8 to 64 of [A-Za-z0-9-]: the server takes a repeated id once. */
  sendText(text: string, id: string): SendResult;
  /** @param mimeType image/jpeg if absent. */
  sendImage(image: Uint8Array, mimeType?: string): void;
  /** Answers an approval request. The decision is lost when the connection is not open. */
  approve(id: string, approved: boolean): void;
  /** Stops the agent, for all participants. */
  interrupt(): void;
  /** The audio frame `seq` became audible `delayMs` after it had arrived. */
  reportPlayed(seq: number, delayMs: number): void;
  /** Every frame in both directions, for an inspector. @returns unsubscribes. */
  watchFrames(listener: (frame: WireFrame) => void): () => void;
  /** @returns unsubscribes. */
  subscribe(listener: (event: ConnectionEvent) => void): () => void;
}
