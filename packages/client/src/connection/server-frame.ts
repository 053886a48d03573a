/**
 * Parses a text frame of `parley.v1`. The page trusts its server and checks only the frame's type, so that it ignores
 * frames of newer servers.
 */
import type { ServerFrame } from "../../../../src/wire/parley-v1.ts";

const knownTypes: ReadonlySet<unknown> = new Set<ServerFrame["type"]>([
  "hello",
  "event",
  "error",
  "goAway",
  "presence",
  "skipped",
  "token",
  "budget",
  "queue",
  "probe",
]);

/** @returns undefined for malformed frames and unknown types. */
export function parseServerFrame(frame: string): ServerFrame | undefined {
  try {
    const value: unknown = JSON.parse(frame);
    return typeof value === "object" &&
      value !== null &&
      "type" in value &&
      knownTypes.has(value.type)
      ? (value as ServerFrame)
      : undefined;
  } catch {
    return undefined;
  }
}
