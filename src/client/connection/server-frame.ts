/** Reads a text frame of the native protocol. The server is trusted to keep to it; what is newer than this page is not known. */
import type { ServerFrame } from "../../wire/parley-v1.ts";

const known: ReadonlySet<unknown> = new Set<ServerFrame["type"]>([
  "hello",
  "event",
  "error",
  "goAway",
  "presence",
  "skipped",
]);

/** @returns nothing for what is no frame, or none that this page knows. */
export function parseServerFrame(frame: string): ServerFrame | undefined {
  try {
    const value: unknown = JSON.parse(frame);
    return typeof value === "object" && value !== null && "type" in value && known.has(value.type)
      ? (value as ServerFrame)
      : undefined;
  } catch {
    return undefined;
  }
}
