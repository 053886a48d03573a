/** Duplicates transcripts, or sends an empty one before each. */
import type { ServerMessage } from "../protocol/messages.ts";
import type { ActiveFaults } from "./fault-injector.ts";

const TRANSCRIPT_KEYS = ["inputTranscription", "outputTranscription"] as const;

/** @returns the messages to send in place of this one. */
export function applyTranscriptFaults(
  message: ServerMessage,
  fault: ActiveFaults["transcripts"],
): ServerMessage[] {
  const { serverContent } = message;
  const key = TRANSCRIPT_KEYS.find((known) => serverContent?.[known]?.text !== undefined);
  if (fault === undefined || key === undefined) return [message];
  if (fault === "preceded") return [{ serverContent: { [key]: {} } }, message];
  return [message, { serverContent: { [key]: serverContent?.[key] } }];
}
