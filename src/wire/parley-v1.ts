/**
 * Frames of parley's own protocol (subprotocol `parley.v1`), for both ends.
 *
 * Down: audio as binary frames with a header of four bytes, everything else as JSON with a `seq`. Up: JSON, and the
 * microphone as bare PCM. Specified in docs/protocol.md, "Native".
 *
 *      0         1                   4
 *     ┌─────────┬───────────────────┬──────────────────────────────┐
 *     │ kind    │ low 24 bits of seq │ mono PCM16 LE, 24 kHz         │
 *     └─────────┴───────────────────┴──────────────────────────────┘
 */
import type { Event } from "./adk.ts";
import { speakerSampleRate } from "./pcm.ts";

/** The value of Sec-WebSocket-Protocol. */
export const subprotocol = "parley.v1";

/** The client sends `ping`; the server responds with `pong` even while its object hibernates. */
export const ping = "ping";
export const pong = "pong";

/** A client must acknowledge at the latest after this many ms, or bytes, since its last acknowledgement. */
export const ackIntervalMs = 250;
export const ackBytes = 64 * 1024;

/** Highest first: a participant may take its role or any that follows. */
export const roles = ["operator", "speaker", "listener", "observer"] as const;

/**
 * operator: like a speaker, and mutes others, approves calls, ends the conversation. speaker: speaks, types, shows,
 * interrupts. listener: hears and reads. observer: reads.
 */
export type Role = (typeof roles)[number];

export const isRole = (value: unknown): value is Role => roles.some((role) => role === value);

/** Whether a participant that was granted one role may take another. */
export const mayTakeRole = (granted: Role, requested: Role): boolean =>
  roles.indexOf(requested) >= roles.indexOf(granted);

/** A position in the outbound frames: `seq` counts within an epoch, one life of the server's memory. */
export interface ResumePoint {
  readonly epoch: number;
  readonly seq: number;
}

export const formatResumePoint = ({ epoch, seq }: ResumePoint): string => `${epoch}.${seq}`;

/** Undefined when the text is no resume point. */
export function parseResumePoint(text: string): ResumePoint | undefined {
  const [, epoch, seq] = /^(\d{1,15})\.(\d{1,15})$/.exec(text) ?? [];
  return epoch === undefined ? undefined : { epoch: Number(epoch), seq: Number(seq) };
}

export interface Participant {
  readonly id: string;
  readonly role: Role;
  /** By itself, or by an operator; then only an operator may unmute it. */
  readonly muted?: "self" | "operator";
}

export type ClientFrame =
  /** The first frame. `after` is the resume point (`epoch.seq`) of the last frame. `role` may only be lower. */
  | { readonly type: "hello"; readonly after?: string; readonly role?: Role }
  /** Everything up to `seq` has arrived. */
  | { readonly type: "ack"; readonly seq: number }
  /** `id` becomes the event's: sent twice it counts once, and its event confirms it. */
  | { readonly type: "text"; readonly text: string; readonly id?: string }
  /** Base64. */
  | { readonly type: "image"; readonly data: string; readonly mimeType: string }
  /** Interrupts the agent for all participants until the next input. */
  | { readonly type: "interrupt" }
  /** The participant's own microphone; with `who`, another participant's, for operators. */
  | { readonly type: "mute"; readonly on: boolean; readonly who?: string }
  /** The microphone falls silent without being muted: the model may answer. */
  | { readonly type: "audioEnd" }
  /** Push to talk, where the agent's voice activity detection is off. */
  | { readonly type: "activity"; readonly on: boolean }
  | { readonly type: "state"; readonly delta: Record<string, unknown> }
  /** The first sample of the binary frame `seq` was played `ms` after the frame had arrived. */
  | { readonly type: "played"; readonly seq: number; readonly ms: number }
  /** An operator's decision on a call that waits for approval. */
  | {
      readonly type: "approve";
      readonly id: string;
      readonly approved: boolean;
      readonly payload?: unknown;
    }
  /** Leaves for good. */
  | { readonly type: "bye"; readonly reason?: string }
  /** An operator ends the conversation for all. */
  | { readonly type: "end"; readonly reason?: string };

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
   * The response to `hello`. Later frames have a higher `seq`; `epoch.seq` is the resume point from here on.
   *
   * `resumed`: `events` are those since `after`; else they are the whole conversation so far, or, with `more`, its end.
   * `state` is the session state.
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
  /** An ADK event, without its audio. `from` is the participant that caused it, if one did. */
  | {
      readonly type: "event";
      readonly seq: number;
      readonly event: Event;
      readonly from?: string;
    }
  /** For one client alone. `id` is that of the rejected text. */
  | {
      readonly type: "error";
      readonly seq: number;
      readonly code: string;
      readonly action: string;
      readonly message: string;
      readonly id?: string;
    }
  /** The socket is about to be closed. `again`: the client should reconnect with the resume point. */
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
  /** Audio was skipped here, in ms. */
  | { readonly type: "skipped"; readonly seq: number; readonly ms: number };

/** The kind of a binary frame: mono PCM16, little-endian, 24 kHz. */
export const audioKind = 1;
export const headerBytes = 4;

/** A decoded binary frame. */
interface AudioFrame {
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

/** The same of standard base64, decoded in place; undefined for empty audio or invalid base64. */
export function encodeBase64Audio(seq: number, base64: string): Uint8Array | undefined {
  const room = headerBytes + Math.ceil((base64.length * 3) / 4);
  const frame = encodeAudioFrame(seq, new Uint8Array(room - headerBytes));
  try {
    const { written } = frame.subarray(headerBytes).setFromBase64(base64);
    return written > 0 ? frame.subarray(0, headerBytes + written) : undefined;
  } catch {
    return undefined;
  }
}

/** How long the audio of a binary frame lasts, in ms. */
export const audioFrameMs = ({ byteLength }: Uint8Array): number =>
  (byteLength - headerBytes) / 2 / (speakerSampleRate / 1000);

/**
 * Undefined when the frame is too short to be one. The PCM is a view of the frame, at an even offset.
 * @param last the highest `seq` of this epoch so far.
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

/** The `seq` with these low 24 bits that is nearest to the last. */
export function expandSeq(low: number, last: number): number {
  const seq = last - (last % wrap) + low;
  if (seq - last > wrap / 2 && seq >= wrap) return seq - wrap;
  return last - seq > wrap / 2 ? seq + wrap : seq;
}
