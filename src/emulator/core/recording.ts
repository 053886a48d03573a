/**
 * What went over the wire, as lines of JSON: to be kept, and to be played again.
 *
 *     {"connection":1,"ms":0,"open":"/ws/…BidiGenerateContent"}
 *     {"connection":1,"ms":3,"client":{"setup":{…}}}
 *     {"connection":1,"ms":262,"server":{"setupComplete":{}}}
 *     {"connection":1,"ms":9000,"close":{"code":1000,"reason":"","by":"client"}}
 *
 * A frame that is not JSON is `clientRaw`, as text. Keys and headers are never part of it.
 */
import { isRecord } from "./protocol/json.ts";

export type RecordingEntry = RecordedConnection & RecordedEvent;

export type RecordedEvent =
  | { readonly open: string }
  | { readonly client: unknown }
  | { readonly clientRaw: string }
  | { readonly server: unknown }
  | { readonly close: RecordedClose };

interface RecordedConnection {
  /** The emulator's n-th connection, from 1. */
  readonly connection: number;
  /** Since the connection was opened. */
  readonly ms: number;
}

interface RecordedClose {
  readonly code: number;
  readonly reason: string;
  readonly by: "client" | "server";
}

export function formatEntry(entry: RecordingEntry): string {
  return `${JSON.stringify(entry)}\n`;
}

/** @throws Error naming the line that is not one of a recording. */
export function parseRecording(text: string): RecordingEntry[] {
  const lines = text.split("\n").map((line, i) => ({ line, number: i + 1 }));
  return lines
    .filter(({ line }) => line.trim() !== "")
    .map(({ line, number }) => {
      const entry = parse(line);
      if (!isEntry(entry)) throw new Error(`Line ${number} is not of a recording.`);
      return entry;
    });
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

const KINDS = ["open", "client", "clientRaw", "server", "close"];

function isEntry(value: unknown): value is RecordingEntry {
  return (
    isRecord(value) &&
    typeof value["connection"] === "number" &&
    typeof value["ms"] === "number" &&
    KINDS.filter((kind) => kind in value).length === 1
  );
}
