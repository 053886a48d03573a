/**
 * Transcripts that come twice: the Live API was seen to send one again, right behind itself, with nothing
 * in between, and to send typed words back as if they had been spoken. Kept, the words would be doubled.
 */
import type { ServerMessage } from "../../wire/live-api.ts";

/** @param before the message before this one on the same session. */
export function isRepeatedTranscript(before: ServerMessage, message: ServerMessage): boolean {
  const words = soleTranscript(message);
  return words !== undefined && words === transcriptOf(before);
}

/** @param typed what was typed last and not answered yet. */
export const isTypedTextEcho = (typed: string | undefined, message: ServerMessage): boolean =>
  typed !== undefined && soleTranscript(message) === `heard ${typed}`;

/** The transcript of a message that holds nothing else. */
function soleTranscript(message: ServerMessage): string | undefined {
  const content = message.serverContent ?? {};
  const alone = Object.keys(message).length === 1 && Object.keys(content).length === 1;
  return alone ? transcriptOf(message) : undefined;
}

function transcriptOf({ serverContent }: ServerMessage): string | undefined {
  const { inputTranscription: heard, outputTranscription: said } = serverContent ?? {};
  if (heard?.text) return `heard ${heard.text}`;
  return said?.text ? `said ${said.text}` : undefined;
}
