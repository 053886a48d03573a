/** Transcripts that come twice, or with an empty one before them. */
import type { ServerMessage } from "../protocol/messages.ts";
import type { ActiveFaults } from "./fault-injector.ts";

const KINDS = ["inputTranscription", "outputTranscription"] as const;

/** The frames that travel in place of one. */
export function applyTranscriptFaults(
  message: ServerMessage,
  mood: ActiveFaults["transcripts"],
): ServerMessage[] {
  const { serverContent } = message;
  const kind = KINDS.find((known) => serverContent?.[known]?.text !== undefined);
  if (mood === undefined || kind === undefined) return [message];
  if (mood === "preceded") return [{ serverContent: { [kind]: {} } }, message];
  return [message, { serverContent: { [kind]: serverContent?.[kind] } }];
}
