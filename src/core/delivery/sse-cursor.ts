/**
 * Where somebody is who follows a conversation by server-sent events: behind what was told and kept last, and so many
 * characters into the answer under way. Its words come in pieces and are kept whole, so whoever comes back in the middle
 * is told the rest of them.
 */
import type { Event } from "../../wire/adk.ts";
import type { ResumePoint } from "../../wire/parley-v1.ts";

export interface SseCursor extends ResumePoint {
  /** In UTF-16 units. */
  readonly characters: number;
}

export const formatSseCursor = ({ epoch, seq, characters }: SseCursor): string =>
  `${epoch}.${seq}${characters > 0 ? `+${characters}` : ""}`;

/** Undefined when it is none. */
export function parseSseCursor(text: string): SseCursor | undefined {
  const [, epoch, seq, characters = "0"] =
    /^(\d{1,15})\.(\d{1,16})(?:\+(\d{1,9}))?$/.exec(text) ?? [];
  return epoch === undefined
    ? undefined
    : { epoch: Number(epoch), seq: Number(seq), characters: Number(characters) };
}

/** The words of the answer under way, after an event. */
export function transcriptSoFar(before: string, event: Event): string {
  const { outputTranscription: words, turnComplete, interrupted } = event;
  if (words) return words.finished ? "" : before + words.text;
  return turnComplete || interrupted ? "" : before;
}
