/** What the client is told of the user's speech: when it begins and ends, and its words. */
import type { SessionConfig } from "../session/session-config.ts";
import type { ServerMessage } from "../protocol/messages.ts";

/** @param offsetMs where on the audio clock. */
export function toActivityMessages(
  edge: "START" | "END",
  offsetMs: number,
  { profile, vadSignal }: SessionConfig,
): ServerMessage[] {
  const audioOffset = `${(offsetMs / 1000).toFixed(3)}s`;
  const messages: ServerMessage[] = [];
  if (profile.voiceActivity)
    messages.push({ voiceActivity: { type: `ACTIVITY_${edge}`, audioOffset } });
  if (vadSignal) {
    const vadSignalType = edge === "START" ? "VAD_SIGNAL_TYPE_SOS" : "VAD_SIGNAL_TYPE_EOS";
    messages.push({ voiceActivityDetectionSignal: { vadSignalType } });
  }
  return messages;
}

export function toTranscriptMessages(words: string, config: SessionConfig): ServerMessage[] {
  if (!config.transcribeInput || words === "") return [];
  const whole = config.profile.inputTranscription === "whole";
  return (whole ? [words] : splitIntoDeltas(words)).map((text) => ({
    serverContent: { inputTranscription: { text } },
  }));
}

/** A word or two each; put together they are the words. */
export function splitIntoDeltas(words: string): string[] {
  return words.match(/\s*\S+(?:\s+\S{1,3}(?=\s|$))?/g) ?? [];
}
