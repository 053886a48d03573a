/**
 * What was sent to a session and is not yet part of what it can be resumed to, where the service says so by index
 * (Vertex: `sessionResumption.transparent`). In memory only, and bounded.
 */
import type { Saying } from "./encoding.ts";

interface Entry {
  /** Which of the connection's messages it is. The setup is the first. */
  readonly index: number;
  readonly saying: Saying;
}

export interface Ledger {
  /** How many messages were sent on this connection. */
  readonly sent: number;
  /** How many of them told the session what it did not know: they come right after the setup. */
  readonly recalled: number;
  /** Oldest first. */
  readonly entries: readonly Entry[];
  readonly bytes: number;
}

/** The setup was sent, and nothing else. */
export const newLedger: Ledger = { sent: 1, recalled: 0, entries: [], bytes: 0 };

/** @param limit in bytes. The oldest sound and pictures make room, then the oldest of all. */
export function entered(ledger: Ledger, saying: Saying, limit: number): Ledger {
  const index = ledger.sent + 1;
  const counted = { ...ledger, sent: index, bytes: ledger.bytes + saying.bytes };
  return bounded(counted, [...ledger.entries, { index, saying }], limit);
}

/** The same for what goes ahead of all that was entered, because a session that is new must know it first. */
export function recalled(ledger: Ledger, saying: Saying, limit: number): Ledger {
  const index = 2 + ledger.recalled;
  const before = ledger.entries.filter((entry) => entry.index < index);
  const after = ledger.entries
    .filter((entry) => entry.index >= index)
    .map((entry) => ({ ...entry, index: entry.index + 1 }));
  const { sent, bytes } = ledger;
  const counted = { sent: sent + 1, recalled: ledger.recalled + 1, bytes: bytes + saying.bytes };
  return bounded(counted, [...before, { index, saying }, ...after], limit);
}

function bounded(ledger: Omit<Ledger, "entries">, all: readonly Entry[], limit: number): Ledger {
  const entries = [...all];
  let { bytes } = ledger;
  while (bytes > limit && entries.length > 1) {
    const media = entries.findIndex(({ saying: { weight } }) => isMedia(weight));
    const [gone] = entries.splice(Math.max(0, media), 1);
    bytes -= gone?.saying.bytes ?? 0;
  }
  return { ...ledger, entries, bytes };
}

/**
 * The service has understood everything up to a message.
 * @param last as it wrote it: a number in decimal (int64 in protobuf's JSON), or nothing.
 */
export function consumed(ledger: Ledger, last: string | number | undefined): Ledger {
  const upTo = Number(last ?? 0);
  const entries = ledger.entries.filter(({ index }) => !(index <= upTo));
  if (entries.length === ledger.entries.length) return ledger;
  const bytes = entries.reduce((sum, { saying }) => sum + saying.bytes, 0);
  return { ...ledger, entries, bytes };
}

/** What a session that is resumed has not heard yet, oldest first. */
export const unconsumed = ({ entries }: Ledger): readonly Saying[] =>
  entries.map(({ saying }) => saying);

const isMedia = (weight: Saying["weight"]): boolean => weight === "audio" || weight === "video";
