/**
 * The recording format: the frames of all connections as JSON lines, to be stored and replayed.
 *
 *     {"connection":1,"ms":0,"open":"/ws/…BidiGenerateContent"}
 *     {"connection":1,"ms":3,"client":{"setup":{…}}}
 *     {"connection":1,"ms":262,"server":{"setupComplete":{}}}
 *     {"connection":1,"ms":9000,"close":{"code":1000,"reason":"","by":"client"}}
 *
 * A frame that is not JSON is `clientRaw`, as text. A recording never holds keys or headers.
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
  /** The connection's ordinal in the emulator, from 1. */
  readonly connection: number;
  /** Milliseconds since the connection opened. */
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

/** @throws Error with the number of the first malformed line. */
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

const EVENT_KEYS = ["open", "client", "clientRaw", "server", "close"];

function isEntry(value: unknown): value is RecordingEntry {
  return (
    isRecord(value) &&
    typeof value["connection"] === "number" &&
    typeof value["ms"] === "number" &&
    EVENT_KEYS.filter((kind) => kind in value).length === 1
  );
}
