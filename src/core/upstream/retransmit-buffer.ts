/**
 * Messages that were sent and are not yet part of what the session can be resumed to, where the service reports that by
 * index (Vertex: `sessionResumption.transparent`). In memory only, and bounded.
 */
import { dropOldest } from "../../wire/drop-oldest.ts";
import { isMedia, type UpstreamMessage } from "./encoding.ts";

interface SentMessage {
  /** Its number among the connection's messages. The setup is 1. */
  readonly index: number;
  readonly message: UpstreamMessage;
}

export interface RetransmitBuffer {
  /** How many messages were sent on this connection. */
  readonly sent: number;
  /** How many of them were history for a new session: they come right after the setup. */
  readonly seeded: number;
  /** Oldest first. */
  readonly entries: readonly SentMessage[];
  readonly bytes: number;
}

/** The setup was sent, and nothing else. */
export const newRetransmitBuffer: RetransmitBuffer = { sent: 1, seeded: 0, entries: [], bytes: 0 };

/** @param limit in bytes. The oldest audio and video make room, then the oldest of all. */
export function recordSent(
  buffer: RetransmitBuffer,
  message: UpstreamMessage,
  limit: number,
): RetransmitBuffer {
  const index = buffer.sent + 1;
  return bounded({ ...buffer, sent: index }, [...buffer.entries, { index, message }], limit);
}

/** Records history that a new session gets ahead of all that was recorded before. */
export function recordSeed(
  { sent, seeded, entries }: RetransmitBuffer,
  message: UpstreamMessage,
  limit: number,
): RetransmitBuffer {
  const index = 2 + seeded;
  const before = entries.filter((entry) => entry.index < index);
  const after = entries
    .filter((entry) => entry.index >= index)
    .map((entry) => ({ ...entry, index: entry.index + 1 }));
  const counted = { sent: sent + 1, seeded: seeded + 1 };
  return bounded(counted, [...before, { index, message }, ...after], limit);
}

function bounded(
  { sent, seeded }: Pick<RetransmitBuffer, "sent" | "seeded">,
  all: readonly SentMessage[],
  limit: number,
): RetransmitBuffer {
  const { kept } = dropOldest(all, limit, bytesOf, ({ message }) => isMedia(message));
  const { kept: entries } = dropOldest(kept, limit, bytesOf);
  return { sent, seeded, entries, bytes: totalBytes(entries) };
}

/**
 * The service has consumed everything up to a message.
 * @param last as it writes it: a number in decimal (int64 in protobuf's JSON), or nothing.
 */
export function acknowledge(
  buffer: RetransmitBuffer,
  last: string | number | undefined,
): RetransmitBuffer {
  const upTo = Number(last ?? 0);
  const entries = buffer.entries.filter(({ index }) => !(index <= upTo));
  if (entries.length === buffer.entries.length) return buffer;
  return { ...buffer, entries, bytes: totalBytes(entries) };
}

/** Messages that a resumed session has not consumed, oldest first. */
export const unacknowledgedMessages = ({ entries }: RetransmitBuffer): readonly UpstreamMessage[] =>
  entries.map(({ message }) => message);

const bytesOf = ({ message }: SentMessage): number => message.bytes;

const totalBytes = (entries: readonly SentMessage[]): number =>
  entries.reduce((sum, entry) => sum + bytesOf(entry), 0);
