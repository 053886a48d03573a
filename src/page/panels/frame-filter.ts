/** Which frames the inspector lists, and how it copies them. */
import type { FrameRecord } from "./frame-log.ts";

export interface FrameFilter {
  /** In the kind or the text, in any case. */
  readonly text: string;
  /** Whether audio, acknowledgements and pings are listed. */
  readonly media: boolean;
}

const frequentKinds = new Set(["audio", "ack", "ping", "pong", "played"]);

export function selectFrames(
  records: readonly FrameRecord[],
  { text, media }: FrameFilter,
): readonly FrameRecord[] {
  const wanted = text.trim().toLowerCase();
  return records.filter(
    ({ kind, text = "" }) =>
      (media || !frequentKinds.has(kind)) &&
      (kind.toLowerCase().includes(wanted) || text.toLowerCase().includes(wanted)),
  );
}

/** One line of JSON for each frame. */
export const toCopy = (frames: readonly FrameRecord[]): string =>
  frames
    .map(({ at, direction, kind, bytes, text }) =>
      JSON.stringify({
        ms: Math.round(at),
        direction,
        kind,
        bytes,
        ...(text && { frame: parsed(text) }),
      }),
    )
    .join("\n");

/** A text that was cut is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
