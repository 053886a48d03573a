/**
 * What was sent to a session and is not yet part of what it can be resumed to, where the service says so by index
 * (Vertex: `sessionResumption.transparent`). In memory only, and bounded.
 */
import type { UpstreamMessage } from "./encoding.ts";

interface SentMessage {
  /** Which of the connection's messages it is. The setup is the first. */
  readonly index: number;
  readonly message: UpstreamMessage;
}

export interface RetransmitBuffer {
  /** How many messages were sent on this connection. */
  readonly sent: number;
  /** How many of them told the session what it did not know: they come right after the setup. */
  readonly seeded: number;
  /** Oldest first. */
  readonly entries: readonly SentMessage[];
  readonly bytes: number;
}

/** The setup was sent, and nothing else. */
export const newRetransmitBuffer: RetransmitBuffer = { sent: 1, seeded: 0, entries: [], bytes: 0 };

/** @param limit in bytes. The oldest sound and pictures make room, then the oldest of all. */
export function recordSent(
  ledger: RetransmitBuffer,
  saying: UpstreamMessage,
  limit: number,
): RetransmitBuffer {
  const index = ledger.sent + 1;
  const counted = { ...ledger, sent: index, bytes: ledger.bytes + saying.bytes };
  return bounded(counted, [...ledger.entries, { index, message: saying }], limit);
}

/** The same for what goes ahead of all that was entered, because a session that is new must know it first. */
export function recordSeed(
  ledger: RetransmitBuffer,
  saying: UpstreamMessage,
  limit: number,
): RetransmitBuffer {
  const index = 2 + ledger.seeded;
  const before = ledger.entries.filter((entry) => entry.index < index);
  const after = ledger.entries
    .filter((entry) => entry.index >= index)
    .map((entry) => ({ ...entry, index: entry.index + 1 }));
  const { sent, bytes } = ledger;
  const counted = { sent: sent + 1, seeded: ledger.seeded + 1, bytes: bytes + saying.bytes };
  return bounded(counted, [...before, { index, message: saying }, ...after], limit);
}

function bounded(
  ledger: Omit<RetransmitBuffer, "entries">,
  all: readonly SentMessage[],
  limit: number,
): RetransmitBuffer {
  const entries = [...all];
  let { bytes } = ledger;
  while (bytes > limit && entries.length > 1) {
    const media = entries.findIndex(({ message: { kind } }) => isMedia(kind));
    const [gone] = entries.splice(Math.max(0, media), 1);
    bytes -= gone?.message.bytes ?? 0;
  }
  return { ...ledger, entries, bytes };
}

/**
 * The service has understood everything up to a message.
 * @param last as it wrote it: a number in decimal (int64 in protobuf's JSON), or nothing.
 */
export function acknowledge(
  ledger: RetransmitBuffer,
  last: string | number | undefined,
): RetransmitBuffer {
  const upTo = Number(last ?? 0);
  const entries = ledger.entries.filter(({ index }) => !(index <= upTo));
  if (entries.length === ledger.entries.length) return ledger;
  const bytes = entries.reduce((sum, { message }) => sum + message.bytes, 0);
  return { ...ledger, entries, bytes };
}

/** What a session that is resumed has not heard yet, oldest first. */
export const unacknowledgedMessages = ({ entries }: RetransmitBuffer): readonly UpstreamMessage[] =>
  entries.map(({ message }) => message);

const isMedia = (weight: UpstreamMessage["kind"]): boolean =>
  weight === "audio" || weight === "video";
