/** The one thing the page is doing, of all the things its parts are doing. */
import type { OrbMood } from "./orb.ts";

export type Phase =
  | "idle"
  | "asking"
  | "connecting"
  | "waiting"
  | "offline"
  | "speaking"
  | "thinking"
  | "muted"
  | "silenced"
  | "listening"
  | "connected";

export interface PhaseInput {
  readonly connection: {
    readonly at: "closed" | "connecting" | "open" | "waiting";
    readonly offline?: boolean;
  };
  readonly mic: "off" | "asking" | "on" | "muted";
  /** The agent is heard. */
  readonly speaking: boolean;
  /** Something was said or typed, and the answer has not begun. */
  readonly awaiting: boolean;
  /** This page may not say anything. */
  readonly silenced: boolean;
}

export function derivePhase({ connection, mic, speaking, awaiting, silenced }: PhaseInput): Phase {
  if (mic === "asking") return "asking";
  if (speaking) return "speaking";
  switch (connection.at) {
    case "closed":
      return "idle";
    case "connecting":
      return "connecting";
    case "waiting":
      return connection.offline ? "offline" : "waiting";
    case "open":
      if (awaiting) return "thinking";
      return silenced ? "silenced" : microphonePhase(mic);
  }
}

const microphonePhase = (mic: PhaseInput["mic"]): Phase =>
  mic === "on" ? "listening" : mic === "muted" ? "muted" : "connected";

/** What the page says about itself, and under it what the person may do. */
export const phaseLabels: Record<Phase, readonly [title: string, hint: string]> = {
  idle: ["Ready when you are", "Tap to talk, or type"],
  asking: ["May I listen?", "Allow the microphone, please"],
  connecting: ["Connecting", "One moment"],
  waiting: ["Connection lost", "Trying again by itself"],
  offline: ["You are offline", "Goes on when you are back"],
  speaking: ["Speaking", "Just talk, or tap to stop"],
  thinking: ["Thinking", "The answer is on its way"],
  muted: ["Muted", "Tap to be heard again"],
  silenced: ["You listen", "You are not heard here"],
  listening: ["Listening", "Just talk"],
  connected: ["Connected", "Type, or tap to talk"],
};

/** How the round button looks. */
export const moodOf = (phase: Phase): OrbMood => {
  if (phase === "listening" || phase === "speaking") return phase;
  return ["asking", "connecting", "waiting", "thinking"].includes(phase) ? "busy" : "still";
};

/** What pressing the round button does; nothing is the answer while there is nothing to do. */
export const pressLabels: Partial<Record<Phase, string>> = {
  idle: "Start talking",
  connected: "Start talking",
  speaking: "Stop the answer",
  muted: "Unmute",
};
