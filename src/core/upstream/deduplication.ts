/**
 * Transcripts that come twice: the Live API was seen to send one again, right behind itself, with nothing
 * in between, and to send typed words back as if they had been spoken. Kept, the words would be doubled.
 */
import type { ServerMessage } from "../../wire/live-api.ts";

/** @param before the message before this one on the same session. */
export function isRepeated(before: ServerMessage, message: ServerMessage): boolean {
  const words = onlyWords(message);
  return words !== undefined && words === wordsIn(before);
}

/** @param typed what was typed last and not answered yet. */
export const isEcho = (typed: string | undefined, message: ServerMessage): boolean =>
  typed !== undefined && onlyWords(message) === `heard ${typed}`;

/** The transcript of a message that holds nothing else. */
function onlyWords(message: ServerMessage): string | undefined {
  const content = message.serverContent ?? {};
  const alone = Object.keys(message).length === 1 && Object.keys(content).length === 1;
  return alone ? wordsIn(message) : undefined;
}

function wordsIn({ serverContent }: ServerMessage): string | undefined {
  const { inputTranscription: heard, outputTranscription: said } = serverContent ?? {};
  if (heard?.text) return `heard ${heard.text}`;
  return said?.text ? `said ${said.text}` : undefined;
}
