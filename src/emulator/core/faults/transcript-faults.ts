/** Duplicates transcripts at once or later, or sends an empty one before each. */
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
  if (fault === undefined || key === undefined || typeof fault === "object") return [message];
  if (fault === "preceded") return [{ serverContent: { [key]: {} } }, message];
  return [message, { serverContent: { [key]: serverContent?.[key] } }];
}

/** The user's transcript that must be sent again later; undefined for every other message. */
export function transcriptToRepeat(
  { serverContent }: ServerMessage,
  fault: ActiveFaults["transcripts"],
): { readonly message: ServerMessage; readonly afterMs: number } | undefined {
  const inputTranscription = serverContent?.inputTranscription;
  if (typeof fault !== "object" || !inputTranscription?.text) return undefined;
  return { message: { serverContent: { inputTranscription } }, afterMs: fault.againAfterMs };
}
