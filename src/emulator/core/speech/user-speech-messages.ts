/** Encodes the user's voice activity and transcript as server messages. */
import type { SessionConfig } from "../session/session-config.ts";
import type { ServerMessage } from "../protocol/messages.ts";

/** @param offsetMs position on the audio clock. */
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

export function toTranscriptMessages(transcript: string, config: SessionConfig): ServerMessage[] {
  if (!config.transcribeInput || transcript === "") return [];
  const whole = config.profile.inputTranscription === "whole";
  return (whole ? [transcript] : splitIntoDeltas(transcript)).map((text) => ({
    serverContent: { inputTranscription: { text } },
  }));
}

/** One or two words each; joined they are the transcript. */
function splitIntoDeltas(transcript: string): string[] {
  return transcript.match(/\s*\S+(?:\s+\S{1,3}(?=\s|$))?/g) ?? [];
}
