/**
 * parley's own protocol (subprotocol `parley.v1`), as both of its ends read and write it.
 *
 * Down: sound as binary frames with a header of four bytes, everything else as JSON with a `seq`. Up: JSON, and
 * the microphone as bare PCM. Specified in docs/protocol.md, "Native".
 *
 *      0         1                   4
 *     ┌─────────┬───────────────────┬──────────────────────────────┐
 *     │ kind    │ low 24 bits of seq │ mono PCM16 LE, 24 kHz         │
 *     └─────────┴───────────────────┴──────────────────────────────┘
 */
import type { Event } from "./adk.ts";

/** What a client offers, and is answered, in Sec-WebSocket-Protocol. */
export const subprotocol = "parley.v1";

/** The client sends `ping`, and is answered `pong` even while the server's object sleeps. */
export const ping = "ping";
export const pong = "pong";

/** When a client acknowledges at the latest: this long, or this much, after what it acknowledged last. */
export const ackIntervalMs = 250;
export const ackBytes = 64 * 1024;

/** Highest first: whoever may be one of these may be any that follows. */
export const roles = ["operator", "speaker", "listener", "observer"] as const;

/**
 * operator: whatever a speaker may, and mute others, approve calls, end the conversation. speaker: speaks,
 * types, shows, interrupts. listener: hears and reads. observer: reads.
 */
export type Role = (typeof roles)[number];

export const isRole = (value: unknown): value is Role => roles.some((role) => role === value);

/** Whether somebody who was granted one role may take another. */
export const mayTakeRole = (granted: Role, wished: Role): boolean =>
  roles.indexOf(wished) >= roles.indexOf(granted);

/** A place in what a conversation told: `seq` counts within an epoch, and an epoch ends when the server forgets. */
export interface ResumePoint {
  readonly epoch: number;
  readonly seq: number;
}

export const formatResumePoint = ({ epoch, seq }: ResumePoint): string => `${epoch}.${seq}`;

/** Undefined when it is none. */
export function parseResumePoint(text: string): ResumePoint | undefined {
  const [, epoch, seq] = /^(\d{1,15})\.(\d{1,15})$/.exec(text) ?? [];
  return epoch === undefined ? undefined : { epoch: Number(epoch), seq: Number(seq) };
}

export interface Participant {
  readonly id: string;
  readonly role: Role;
  /** By themselves, or by an operator, and then only an operator may lift it. */
  readonly muted?: "self" | "operator";
}

export type ClientFrame =
  /** The first frame. `after` is the resume point (`epoch.seq`) of what was heard last. `role` may only lower. */
  | { readonly type: "hello"; readonly after?: string; readonly role?: Role }
  /** Everything up to `seq` has arrived. */
  | { readonly type: "ack"; readonly seq: number }
  /** `id` becomes the event's: sent twice it is said once, and its event says that it was taken. */
  | { readonly type: "text"; readonly text: string; readonly id?: string }
  /** Base64. */
  | { readonly type: "image"; readonly data: string; readonly mimeType: string }
  /** Stops the agent, for everyone, until it is spoken to again. */
  | { readonly type: "interrupt" }
  /** One's own microphone; with `who`, an operator's word about another's. */
  | { readonly type: "mute"; readonly on: boolean; readonly who?: string }
  /** The microphone falls silent, and is not muted: what was said may be answered. */
  | { readonly type: "audioEnd" }
  /** Push to talk, where the agent does not hear by itself when somebody speaks. */
  | { readonly type: "activity"; readonly on: boolean }
  | { readonly type: "state"; readonly delta: Record<string, unknown> }
  /** The first sample of the binary frame `seq` was heard `ms` after the frame had arrived. */
  | { readonly type: "played"; readonly seq: number; readonly ms: number }
  /** An operator's yes or no to a call that waits. */
  | {
      readonly type: "approve";
      readonly id: string;
      readonly approved: boolean;
      readonly payload?: unknown;
    }
  /** Leaves for good. */
  | { readonly type: "bye"; readonly reason?: string }
  /** An operator ends it for everybody. */
  | { readonly type: "end"; readonly reason?: string };

/** Of whoever changed. */
export type PresenceChange =
  | "joined"
  | "left"
  | "role"
  | "muted"
  | "unmuted"
  | "speaking"
  | "silent";

export type ServerFrame =
  /**
   * Answers `hello`. What follows has a higher `seq`; `epoch.seq` is the resume point from here on.
   *
   * `resumed`: `events` are those missed since `after`; else they are the whole conversation so far, or, with
   * `more`, its end. `state` is the session's.
   */
  | {
      readonly type: "hello";
      readonly epoch: number;
      readonly seq: number;
      readonly you: string;
      readonly role: Role;
      readonly participants: readonly Participant[];
      readonly state: Record<string, unknown>;
      readonly resumed: boolean;
      readonly events: readonly Event[];
      readonly more?: true;
    }
  /** An ADK event, without its sound. `from` is the participant who said it, where one did. */
  | {
      readonly type: "event";
      readonly seq: number;
      readonly event: Event;
      readonly from?: string;
    }
  /** For one client alone. `id` is that of the text that was not taken. */
  | {
      readonly type: "error";
      readonly seq: number;
      readonly code: string;
      readonly action: string;
      readonly message: string;
      readonly id?: string;
    }
  /** The socket is about to be closed. `again`: come back, with the resume point. */
  | {
      readonly type: "goAway";
      readonly seq: number;
      readonly code: number;
      readonly message: string;
      readonly again: boolean;
    }
  | {
      readonly type: "presence";
      readonly seq: number;
      readonly change: PresenceChange;
      readonly participant: Participant;
      readonly reason?: string;
    }
  /** So much sound was left out here, in ms. */
  | { readonly type: "skipped"; readonly seq: number; readonly ms: number };

/** The kind of a binary frame: mono PCM16, little-endian, 24 kHz. */
export const audioKind = 1;
export const headerBytes = 4;

/** What a binary frame holds. */
export interface AudioFrame {
  readonly kind: number;
  readonly seq: number;
  readonly pcm: Uint8Array;
}

export function encodeAudioFrame(seq: number, pcm: Uint8Array): Uint8Array {
  const frame = new Uint8Array(headerBytes + pcm.byteLength);
  new DataView(frame.buffer).setUint32(0, ((audioKind << 24) | (seq % wrap)) >>> 0);
  frame.set(pcm, headerBytes);
  return frame;
}

/**
 * Undefined when the frame is too short to be one. The PCM is a view of the frame, at an even offset.
 * @param last the highest `seq` that was heard in this epoch.
 */
export function decodeAudioFrame(frame: ArrayBuffer, last: number): AudioFrame | undefined {
  if (frame.byteLength < headerBytes) return undefined;
  const header = new DataView(frame).getUint32(0);
  return {
    kind: header >>> 24,
    seq: expandSeq(header % wrap, last),
    pcm: new Uint8Array(frame, headerBytes),
  };
}

const wrap = 2 ** 24;

/** The `seq` of its low 24 bits: the one nearest to the last. */
export function expandSeq(low: number, last: number): number {
  const seq = last - (last % wrap) + low;
  if (seq - last > wrap / 2 && seq >= wrap) return seq - wrap;
  return last - seq > wrap / 2 ? seq + wrap : seq;
}
