/** Numbers and times for display. */
import type { FrameRecord } from "./frame-log.ts";

/** Since the page was loaded: `1:02.345`. */
export function formatTime(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  const seconds = ((ms % 60_000) / 1_000).toFixed(3).padStart(6, "0");
  return `${minutes}:${seconds}`;
}

export function formatBytes(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  return bytes < 1_000_000
    ? `${(bytes / 1_000).toFixed(1)} kB`
    : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** JSON with indentation; a text that was cut stays as it is. */
export function formatFrameText({ text, kind, bytes }: FrameRecord): string {
  if (text === undefined) return bytes > 0 ? `${kind}, ${formatBytes(bytes)}` : kind;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
