/**
 * A client's place in a conversation, whatever the wire: what can be said, what is heard.
 *
 *   closed ──open()──▶ connecting ──▶ open
 *     ▲                 ▲    │          │
 *     │      time, online,   ▼          ▼  the socket is gone
 *     └─close()──── seen ── waiting ◀───┘
 *
 * Text said while away is held and delivered; audio and pictures said while away are stale, and dropped.
 */
import type { ApprovalEvent } from "../state/approvals.ts";
import type { Products } from "../state/products.ts";
import type { TextMessage } from "./outbox.ts";
import type { ParticipantList } from "../state/participants.ts";
import type { Source } from "../state/sources.ts";
import type { ResumePoint } from "../../wire/parley-v1.ts";

export type ConnectionState =
  /** Never opened, hung up, or (`why`) ended by the other side for good. */
  | { readonly at: "closed"; readonly why?: string }
  | { readonly at: "connecting" }
  | { readonly at: "open" }
  /** The socket is gone and will be dialled again in `inMs`, or as soon as the network is back. */
  | { readonly at: "waiting"; readonly inMs: number; readonly offline: boolean };

export type Side = "user" | "agent";

/** What a conversation says. One message of the wire may say several of these, in this order. */
export type ConnectionEvent =
  | { readonly kind: "state"; readonly state: ConnectionState }
  | { readonly kind: "usage"; readonly tokens: TokenUsage }
  /** Mono PCM16, little-endian, cut anywhere. */
  | {
      readonly kind: "audio";
      readonly pcm: Uint8Array;
      readonly rate: number;
      /** Its place, to be named when it is played. */
      readonly seq?: number;
    }
  /** Append while not finished; when finished, `text` is the whole and replaces what was appended. */
  | {
      readonly kind: "transcript";
      readonly side: Side;
      readonly text: string;
      readonly finished: boolean;
    }
  /** Said in writing, perhaps on another device. */
  | { readonly kind: "typed"; readonly text: string; readonly id?: string }
  /** What was typed here under this id was not taken. */
  | { readonly kind: "notTaken"; readonly id: string }
  /**
   * What was said while this page was away, from the server's log. `whole`: it is all there is, in place of
   * what is shown.
   */
  | {
      readonly kind: "recalled";
      readonly whole: boolean;
      readonly heard: readonly ConnectionEvent[];
    }
  /** So much sound was left out here, in ms. */
  | { readonly kind: "skipped"; readonly ms: number }
  | { readonly kind: "people"; readonly people: ParticipantList }
  /** Another agent speaks from here on. */
  | { readonly kind: "speaker"; readonly name: string }
  /** The agent shows things, or changes the cart. */
  | { readonly kind: "goods"; readonly goods: Partial<Products> }
  /** What the answer rests on; it may come before the answer's first word. */
  | { readonly kind: "sources"; readonly sources: readonly Source[] }
  /** The agent uses a tool. */
  | { readonly kind: "tool"; readonly name: string }
  | ApprovalEvent
  /** The person spoke: what the agent was saying is void. */
  | { readonly kind: "interrupted" }
  | { readonly kind: "turnComplete" }
  /** In words, for the person. The conversation goes on unless the state says otherwise. */
  | { readonly kind: "error"; readonly message: string };

/** Of the latest turn, as the model's service counts them. */
export interface TokenUsage {
  readonly input: number;
  readonly output: number;
  readonly total: number;
}

/** What became of a text: gone out, waiting for the link, or refused because too much waits. */
export type SendResult = "sent" | "held" | "refused";

/** Where a page is in a conversation. */
export interface ConnectionSnapshot {
  /** All up to here was heard. */
  readonly point?: ResumePoint;
  /** Ids of the events that were heard last: at the seam of log and talk one may come twice. */
  readonly seen: readonly string[];
  /** What was typed and is not known to be taken. */
  readonly texts: readonly TextMessage[];
}

export interface Connection {
  readonly state: ConnectionState;
  open(): void;
  /** Hangs up; held text is forgotten. */
  close(): void;
  /** Where this page is, to be kept for when it comes back; undefined when it is nowhere. */
  readonly snapshot: ConnectionSnapshot | undefined;
  /** Mono PCM16 at 16 kHz. The buffer is free again when this returns. */
  sendAudio(pcm: ArrayBuffer): void;
  /** The microphone sends nothing for now. */
  endAudio(): void;
  /** The microphone is off by the person's wish, and the others may know. */
  mute(on: boolean): void;
  /** @param id its own, 8 to 64 of [A-Za-z0-9-]: said twice, it is heard once. */
  sendText(text: string, id: string): SendResult;
  sendImage(jpeg: Uint8Array): void;
  /** Decides what the agent asked for; lost when the link is not open. */
  approve(id: string, approved: boolean): void;
  /** Stops the agent, for everyone. */
  interrupt(): void;
  /** The sound at this place was heard `ms` after it had come. */
  reportPlayed(seq: number, ms: number): void;
  /** @returns how to stop listening. */
  subscribe(listener: (heard: ConnectionEvent) => void): () => void;
}
