/** Encodes frames: JSON as text or binary. The service sends binary, indented by two, with a trailing line feed. */
import { decodeUtf8, encodeUtf8 } from "./utf8.ts";
import type { ServerMessage } from "./messages.ts";

export interface Framing {
  /** Sends text frames instead of binary ones. */
  readonly text: boolean;
  /** Omits indentation and line feed. */
  readonly compact: boolean;
}

export const DEFAULT_FRAMING: Framing = { text: false, compact: false };

export function writeFrame(message: ServerMessage | object, framing: Framing): Uint8Array | string {
  const json = framing.compact ? JSON.stringify(message) : `${JSON.stringify(message, null, 2)}\n`;
  return framing.text ? json : encodeUtf8(json);
}

/** Parses a frame; undefined when it is not JSON. */
export function readFrame(frame: Uint8Array | string): unknown {
  try {
    return JSON.parse(rawText(frame));
  } catch {
    return undefined;
  }
}

export function rawText(frame: Uint8Array | string): string {
  return typeof frame === "string" ? frame : decodeUtf8(frame);
}
