/**
 * Detects transcripts that the Live API repeats: it was seen to send one again, right behind itself, and to send typed
 * text back as if it had been spoken. Recorded, they would be doubled.
 */
import type { ServerMessage } from "../../wire/live-api.ts";

/** @param before the message before this one on the same session. */
export function isRepeatedTranscript(before: ServerMessage, message: ServerMessage): boolean {
  const transcript = soleTranscript(message);
  return transcript !== undefined && transcript === transcriptOf(before);
}

/** @param typed the text that was typed last and is not answered yet. */
export const isTypedTextEcho = (typed: string | undefined, message: ServerMessage): boolean =>
  typed !== undefined && soleTranscript(message) === `input ${typed}`;

/** The transcript of a message that holds nothing else. */
function soleTranscript(message: ServerMessage): string | undefined {
  const content = message.serverContent ?? {};
  const alone = Object.keys(message).length === 1 && Object.keys(content).length === 1;
  return alone ? transcriptOf(message) : undefined;
}

function transcriptOf({ serverContent }: ServerMessage): string | undefined {
  const { inputTranscription: input, outputTranscription: output } = serverContent ?? {};
  if (input?.text) return `input ${input.text}`;
  return output?.text ? `output ${output.text}` : undefined;
}
