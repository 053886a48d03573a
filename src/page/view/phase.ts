/** Derives the one phase that the page displays from the states of its parts, with labels for it. */
import type { MicrophoneState } from "../../../packages/client/src/audio/microphone-uplink.ts";
import type { VoiceSessionState } from "../../../packages/client/src/voice-session.ts";
import type { OrbActivity } from "./orb.ts";

export type Phase =
  | "idle"
  | "requesting"
  | "connecting"
  | "reconnecting"
  | "offline"
  | "speaking"
  | "thinking"
  | "muted"
  | "listenOnly"
  | "listening"
  | "connected";

type PhaseInput = Pick<
  VoiceSessionState,
  "connection" | "mic" | "speaking" | "answerPending" | "listenOnly"
>;

export function derivePhase(input: PhaseInput): Phase {
  const { connection, mic, speaking, answerPending, listenOnly } = input;
  if (mic === "requesting") return "requesting";
  if (speaking) return "speaking";
  switch (connection.status) {
    case "closed":
      return "idle";
    case "connecting":
      return "connecting";
    case "backoff":
      return connection.offline ? "offline" : "reconnecting";
    case "open":
      if (answerPending) return "thinking";
      return listenOnly ? "listenOnly" : microphonePhase(mic);
  }
}

const microphonePhase = (mic: MicrophoneState): Phase =>
  mic === "on" ? "listening" : mic === "muted" ? "muted" : "connected";

export const phaseLabels: Record<Phase, readonly [title: string, hint: string]> = {
  idle: ["Ready when you are", "Tap to talk, or type"],
  requesting: ["May I listen?", "Allow the microphone, please"],
  connecting: ["Connecting", "One moment"],
  reconnecting: ["Connection lost", "Trying again by itself"],
  offline: ["You are offline", "Goes on when you are back"],
  speaking: ["Speaking", "Just talk, or tap to stop"],
  thinking: ["Thinking", "The answer is on its way"],
  muted: ["Muted", "Tap to be heard again"],
  listenOnly: ["You listen", "You are not heard here"],
  listening: ["Listening", "Just talk"],
  connected: ["Connected", "Type, or tap to talk"],
};

export const orbActivityOf = (phase: Phase): OrbActivity => {
  if (phase === "listening" || phase === "speaking") return phase;
  return ["requesting", "connecting", "reconnecting", "thinking"].includes(phase)
    ? "busy"
    : "still";
};

/** The action of the round button. In the other phases it does nothing. */
export const pressLabels: Partial<Record<Phase, string>> = {
  idle: "Start talking",
  connected: "Start talking",
  speaking: "Stop the answer",
  muted: "Unmute",
};
