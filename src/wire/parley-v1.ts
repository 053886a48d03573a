/**
 * Frames of parley's own protocol (subprotocol `parley.v1`), for both ends.
 *
 * Down: audio as binary frames with a header of four bytes, everything else as JSON with a `seq`. Up: JSON, and the
 * microphone as bare PCM. `hello` may negotiate Opus for both. Specified in docs/protocol.md, "parley.v1".
 *
 *      0         1                   4
 *     ┌─────────┬───────────────────┬──────────────────────────────┐
 *     │ kind    │ low 24 bits of seq │ payload                       │
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
export const ackIntervalMs = 500;
export const ackBytes = 64 * 1024;

/** Highest first: a participant may take its granted role or a lower one. */
export const roles = ["operator", "speaker", "listener", "observer"] as const;

/**
 * operator: as speaker; also mutes and removes others, approves calls, ends the conversation. speaker: sends audio, text and images,
 * interrupts. listener: receives audio and events. observer: receives events.
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

/** @returns undefined if the text is not a resume point. */
export function parseResumePoint(text: string): ResumePoint | undefined {
  const [, epoch, seq] = /^(\d{1,15})\.(\d{1,15})$/.exec(text) ?? [];
  return epoch === undefined ? undefined : { epoch: Number(epoch), seq: Number(seq) };
}

/** A way of audio for which a client and the relay may negotiate Opus. */
export const audioDirections = ["up", "down"] as const;

export type AudioDirection = (typeof audioDirections)[number];

/** A tool call that no operator decides within this time is declined. */
export const approvalTimeoutMs = 120_000;

export interface Participant {
  readonly id: string;
  readonly role: Role;
  /** By itself, or by an operator; then only an operator may unmute it. */
  readonly muted?: "self" | "operator";
}

export type ClientFrame =
  /**
   * The first frame. `after` is the resume point (`epoch.seq`) of the last frame. `role` may only be lower. `opus`: the
   * ways on which the client can have Opus.
   */
  | {
      readonly type: "hello";
      readonly after?: string;
      readonly role?: Role;
      readonly opus?: readonly AudioDirection[];
    }
  /** Everything up to `seq` has arrived. */
  | { readonly type: "ack"; readonly seq: number }
  /** The event takes over `id` and confirms the text. The relay ignores a text with a known `id`, so a retry is safe. */
  | { readonly type: "text"; readonly text: string; readonly id?: string }
  /** Base64. */
  | { readonly type: "image"; readonly data: string; readonly mimeType: string }
  /** Interrupts the agent for all participants until the next input. */
  | { readonly type: "interrupt" }
  /** Mutes the participant's own microphone; an operator mutes the participant `who`. */
  | { readonly type: "mute"; readonly on: boolean; readonly who?: string }
  /** The microphone pauses without a mute: the model may answer. */
  | { readonly type: "audioEnd" }
  /** Push to talk, for agents without voice activity detection. */
  | { readonly type: "activity"; readonly on: boolean }
  | { readonly type: "state"; readonly delta: Record<string, unknown> }
  /** A newer token for the same conversation. It may lower the role, and never raises it. */
  | { readonly type: "token"; readonly token: string }
  /** The client played the first sample of the binary frame `seq` `ms` after the frame's arrival. */
  | { readonly type: "played"; readonly seq: number; readonly ms: number }
  /** An operator's decision on a tool call that waits for approval. */
  | {
      readonly type: "approve";
      readonly id: string;
      readonly approved: boolean;
      readonly payload?: unknown;
    }
  /** The client leaves and does not resume. */
  | { readonly type: "bye"; readonly reason?: string }
  /** An operator removes the participant `who`. */
  | { readonly type: "remove"; readonly who: string; readonly reason?: string }
  /** An operator ends the conversation for all participants. */
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
   * `resumed`: `events` follow `after`; else they are the whole conversation so far, or, with `more`, its end.
   * `state` is the session state. `opus`: the ways on which audio is Opus from here on, none if absent.
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
      readonly opus?: readonly AudioDirection[];
    }
  /**
   * An ADK event, without its audio. `from` is the participant that caused it, if any. `expiresInMs`: it asks for
   * approval, and the call is declined then.
   */
  | {
      readonly type: "event";
      readonly seq: number;
      readonly event: Event;
      readonly from?: string;
      readonly expiresInMs?: number;
    }
  /** For one client alone. `id` is the rejected text's. */
  | {
      readonly type: "error";
      readonly seq: number;
      readonly code: string;
      readonly action: string;
      readonly message: string;
      readonly id?: string;
      /** When to try again, in whole seconds from now. */
      readonly retryAfterS?: number;
    }
  /** The relay is about to close the socket. `again`: the client should reconnect with its resume point. */
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
  /**
   * The client's token expires in `expiresInMs`: a minute before that, and in answer to a `token`. Then the relay closes
   * the socket.
   */
  | {
      readonly type: "token";
      readonly seq: number;
      readonly expiresInMs: number;
      readonly role: Role;
    }
  /** Most of a budget is used. Once all of it is, the relay closes the socket with 4402. */
  | {
      readonly type: "budget";
      readonly seq: number;
      readonly scope: "conversation" | "day" | "token";
      /** The limit of which the largest share is used. */
      readonly of: "usd" | "minutes" | "tokens";
      /** From 0 to 1. */
      readonly used: number;
    }
  /** The service's sessions are all in use: the conversation waits for one. */
  | {
      readonly type: "queue";
      readonly seq: number;
      /** From 1; 0: the conversation has a session now. */
      readonly position: number;
      /** An estimate. */
      readonly waitS: number;
      /** For the person. */
      readonly message: string;
    }
  /** Nothing was heard from the client for long: it must send `ping` at once, or else the relay closes the socket. */
  | { readonly type: "probe"; readonly seq: number }
  /** The relay skipped `ms` of audio here. */
  | { readonly type: "skipped"; readonly seq: number; readonly ms: number };

/** The kind of a binary frame: mono PCM16, little-endian, 24 kHz. */
export const audioKind = 1;
/** Packets of Opus, mono, each after its length in two bytes, big-endian. */
export const opusKind = 2;
export const headerBytes = 4;
const lengthBytes = 2;

interface AudioFrame {
  readonly kind: number;
  readonly seq: number;
  readonly payload: Uint8Array;
}

export function encodeAudioFrame(seq: number, pcm: Uint8Array): Uint8Array {
  const frame = new Uint8Array(headerBytes + pcm.byteLength);
  writeHeader(frame, seq);
  frame.set(pcm, headerBytes);
  return frame;
}

export function encodeOpusFrame(seq: number, packets: readonly Uint8Array[]): Uint8Array {
  const bytes = packets.reduce(
    (sum, { byteLength }) => sum + lengthBytes + byteLength,
    headerBytes,
  );
  const frame = new Uint8Array(bytes);
  const view = new DataView(frame.buffer);
  view.setUint32(0, ((opusKind << 24) | (seq % wrap)) >>> 0);
  let at = headerBytes;
  for (const packet of packets) {
    view.setUint16(at, packet.byteLength);
    frame.set(packet, at + lengthBytes);
    at += lengthBytes + packet.byteLength;
  }
  return frame;
}

/** The packets in a frame of Opus. @param payload of the frame; a packet that is cut off is ignored. */
export function opusPackets(payload: Uint8Array): Uint8Array[] {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const packets: Uint8Array[] = [];
  for (let at = lengthBytes; at <= payload.byteLength;) {
    const end = at + view.getUint16(at - lengthBytes);
    if (end > payload.byteLength) break;
    packets.push(payload.subarray(at, end));
    at = end + lengthBytes;
  }
  return packets;
}

/**
 * Decodes standard base64 into a frame. The runtime may send it later, from this very memory: each frame has its own.
 * @returns undefined for empty audio or invalid base64.
 */
export function encodeBase64Audio(seq: number, base64: string): Uint8Array | undefined {
  const frame = new Uint8Array(headerBytes + Math.ceil((base64.length * 3) / 4));
  try {
    const { written } = frame.subarray(headerBytes).setFromBase64(base64);
    writeHeader(frame, seq);
    return written > 0 ? frame.subarray(0, headerBytes + written) : undefined;
  } catch {
    return undefined;
  }
}

function writeHeader(frame: Uint8Array, seq: number): void {
  frame[0] = audioKind;
  frame[1] = seq >>> 16;
  frame[2] = seq >>> 8;
  frame[3] = seq;
}

/** Duration of a binary frame's audio, in ms. */
export const audioFrameMs = ({ byteLength }: Uint8Array): number =>
  (byteLength - headerBytes) / 2 / (speakerSampleRate / 1000);

/**
 * The payload is a view of the frame, at an even offset.
 * @param last the highest `seq` of this epoch so far.
 * @returns undefined if the frame is shorter than the header.
 */
export function decodeAudioFrame(frame: ArrayBuffer, last: number): AudioFrame | undefined {
  if (frame.byteLength < headerBytes) return undefined;
  const header = new DataView(frame).getUint32(0);
  return {
    kind: header >>> 24,
    seq: expandSeq(header % wrap, last),
    payload: new Uint8Array(frame, headerBytes),
  };
}

const wrap = 2 ** 24;

/** The `seq` with these low 24 bits that is nearest to the last. */
export function expandSeq(low: number, last: number): number {
  const seq = last - (last % wrap) + low;
  if (seq - last > wrap / 2 && seq >= wrap) return seq - wrap;
  return last - seq > wrap / 2 ? seq + wrap : seq;
}
