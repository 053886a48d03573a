/**
 * Resume cursor of a client that follows a conversation by server-sent events: the last frame that was recorded, and the
 * number of characters of the answer after it. Transcripts are sent in deltas and recorded whole, so a client that
 * reconnects in the middle of one gets the rest.
 */
import type { Event } from "../../wire/adk.ts";
import type { ResumePoint } from "../../wire/parley-v1.ts";

interface SseCursor extends ResumePoint {
  /** In UTF-16 units. */
  readonly characters: number;
}

export const formatSseCursor = ({ epoch, seq, characters }: SseCursor): string =>
  `${epoch}.${seq}${characters > 0 ? `+${characters}` : ""}`;

/** Undefined when the text is no cursor. */
export function parseSseCursor(text: string): SseCursor | undefined {
  const [, epoch, seq, characters = "0"] =
    /^(\d{1,15})\.(\d{1,16})(?:\+(\d{1,9}))?$/.exec(text) ?? [];
  return epoch === undefined
    ? undefined
    : { epoch: Number(epoch), seq: Number(seq), characters: Number(characters) };
}

/** The transcript of the answer under way, after an event. */
export function transcriptSoFar(before: string, event: Event): string {
  const { outputTranscription: delta, turnComplete, interrupted } = event;
  if (delta) return delta.finished ? "" : before + delta.text;
  return turnComplete || interrupted ? "" : before;
}
