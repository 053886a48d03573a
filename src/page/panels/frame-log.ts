/**
 * Records every frame of the page's sockets for the inspector: time, direction, kind, size and text.
 *
 * Media and tokens are never kept: a picture is its size, a token is a word. The newest 2,000 frames stay, and at most
 * 4 MiB of text.
 */
import { decodeAudioFrame } from "../../wire/parley-v1.ts";
import { rmsLoudness } from "../../wire/silence-gate.ts";

export interface FrameRecord {
  /** Counts from 1. */
  readonly id: number;
  /** Ms on the platform's clock. */
  readonly at: number;
  /** `local`: the socket opened or closed. */
  readonly direction: "in" | "out" | "local";
  readonly kind: string;
  /** On the wire. */
  readonly bytes: number;
  /** JSON without media; absent for audio. */
  readonly text?: string;
  /** Of received audio: the low 24 bits. */
  readonly seq?: number;
  /** Of the microphone's PCM: RMS, from 0 to 1. */
  readonly loudness?: number;
}

const maxRecords = 2_000;
const maxTextLength = 4 * 1024 * 1024;
const maxFrameText = 64 * 1024;

/**
 * Gets each record, and undefined when the log was cleared.
 * @param frame as it was before anything was taken out, parsed; undefined for audio.
 */
type FrameListener = (record: FrameRecord | undefined, frame?: unknown) => void;

export class FrameLog {
  readonly #now: () => number;
  readonly #listeners = new Set<FrameListener>();
  #records: FrameRecord[] = [];
  #textLength = 0;
  #nextId = 1;

  /** @param now ms of a monotonic clock. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Oldest first. The array changes with each frame. */
  get records(): readonly FrameRecord[] {
    return this.#records;
  }

  /** @returns unsubscribes. */
  subscribe(listener: FrameListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  add(direction: "in" | "out", frame: string | ArrayBuffer): void {
    if (typeof frame !== "string") return this.#push(direction, describeAudio(direction, frame));
    const value = parse(frame);
    this.#push(direction, describeText(frame, value), value);
  }

  addLocal(kind: string): void {
    this.#push("local", { kind, bytes: 0 });
  }

  clear(): void {
    this.#records = [];
    this.#textLength = 0;
    this.#tell(undefined);
  }

  #push(direction: FrameRecord["direction"], described: Description, frame?: unknown): void {
    const record = { id: this.#nextId++, at: this.#now(), direction, ...described };
    this.#records.push(record);
    this.#textLength += record.text?.length ?? 0;
    while (this.#records.length > maxRecords || this.#textLength > maxTextLength)
      this.#textLength -= this.#records.shift()?.text?.length ?? 0;
    this.#tell(record, frame);
  }

  #tell(record: FrameRecord | undefined, frame?: unknown): void {
    for (const listener of this.#listeners) listener(record, frame);
  }
}

type Description = Pick<FrameRecord, "kind" | "bytes" | "text" | "seq" | "loudness">;

/** The microphone's frames have no header. An odd length is no PCM but a packet of Opus. */
function describeAudio(direction: "in" | "out", frame: ArrayBuffer): Description {
  const bytes = frame.byteLength;
  if (direction === "in") {
    const seq = decodeAudioFrame(frame, 0)?.seq;
    return { kind: "audio", bytes, ...(seq !== undefined && { seq }) };
  }
  const loudness = bytes % 2 === 0 ? rmsLoudness(new Uint8Array(frame)) : 0;
  return { kind: "audio", bytes, loudness };
}

/** @returns undefined if the text is no JSON. */
function parse(frame: string): unknown {
  try {
    return JSON.parse(frame);
  } catch {
    return undefined;
  }
}

function describeText(frame: string, value: unknown): Description {
  const bytes = utf8Length(frame);
  if (value === undefined) return { kind: frame.length <= 8 ? frame : "not JSON", bytes };
  return { kind: kindOf(value), bytes, text: shorten(JSON.stringify(value, redact)) };
}

const encoder = new TextEncoder();
const utf8Length = (text: string): number => encoder.encode(text).byteLength;

/** A slice would hold the whole text in memory; the copy does not. */
const shorten = (text: string): string =>
  text.length <= maxFrameText
    ? text
    : (JSON.parse(JSON.stringify(`${text.slice(0, maxFrameText)}…`)) as string);

/** Base64 of either alphabet, long enough to be media. */
const media = /^[A-Za-z0-9+/_-]{120,}={0,2}$/;

function redact(key: string, value: unknown): unknown {
  if (typeof value !== "string") return value;
  if (key === "token" || key === "access_token") return "[token]";
  if (media.test(value))
    return `[${Math.floor((value.replace(/=+$/, "").length * 3) / 4).toLocaleString("en")} bytes]`;
  return value;
}

/** The frame's type; of an event, the fields that it carries too. */
function kindOf(value: unknown): string {
  const { type, event } = Object(value) as { type?: unknown; event?: unknown };
  const name = typeof type === "string" ? type : "unknown";
  if (name !== "event") return name;
  const fields = eventFields.filter((field) => field in (Object(event) as object));
  return [name, ...fields, ...partKinds(event)].join(" ");
}

const eventFields = [
  "inputTranscription",
  "outputTranscription",
  "interrupted",
  "turnComplete",
  "usageMetadata",
  "groundingMetadata",
  "agentChanged",
  "errorCode",
] as const;

function partKinds(event: unknown): string[] {
  const { content } = Object(event) as { content?: { parts?: readonly object[] } };
  const names = (content?.parts ?? []).flatMap((part) =>
    Object.keys(part).filter((name) => name !== "thought"),
  );
  return [...new Set(names)];
}
