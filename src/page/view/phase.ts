/** Derives the one phase that the page displays from the states of its parts, with labels for it. */
import {
  isMutedByOperator,
  type CallState,
  type MicrophoneState,
} from "../../../packages/client/src/index.ts";
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
  /** The conversation goes on, and the browser waits for a gesture before it plays. */
  | "unheard"
  /** An operator muted this page. */
  | "silenced"
  | "listenOnly"
  | "listening"
  | "connected";

type PhaseInput = Pick<
  CallState,
  | "connection"
  | "mic"
  | "speaking"
  | "audible"
  | "answerPending"
  | "listenOnly"
  | "participants"
  | "captions"
>;

export function derivePhase(input: PhaseInput): Phase {
  const { connection, mic, speaking, answerPending, listenOnly, participants } = input;
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
      if (isUnheard(input)) return "unheard";
      if (answerPending) return "thinking";
      if (isMutedByOperator(participants)) return "silenced";
      return listenOnly ? "listenOnly" : microphonePhase(mic);
  }
}

/** After a reload, in a second tab and as a listener: there is something to hear, and no gesture yet. */
const isUnheard = ({ audible, mic, listenOnly, captions, participants }: PhaseInput): boolean =>
  !audible &&
  mic === "off" &&
  !isMutedByOperator(participants) &&
  (listenOnly || captions.list.length > 0);

const microphonePhase = (mic: MicrophoneState): Phase =>
  mic === "on" ? "listening" : mic === "muted" ? "muted" : "connected";

const labels: Record<Phase, readonly [title: string, hint: string]> = {
  idle: ["Tap to talk", "or type a message"],
  requesting: ["May I listen?", "Allow the microphone, please"],
  connecting: ["Connecting", "One moment"],
  reconnecting: ["Connection lost", "Trying again. Tap to try now"],
  offline: ["You are offline", "Goes on when you are back"],
  speaking: ["Speaking", "Just talk, or tap to stop"],
  thinking: ["Thinking", "The answer is on its way"],
  unheard: ["Tap to hear on", "The voice is off until you tap"],
  muted: ["Muted", "Tap to be heard again"],
  silenced: ["You are muted", "An operator muted you"],
  listenOnly: ["You listen", "You are not heard here"],
  listening: ["Listening", "Just talk"],
  connected: ["Connected", "Type, or tap to talk"],
};

type LabelInput = Pick<CallState, "mic" | "listenOnly" | "turnTaking" | "pttHeld">;

export function labelsOf(
  phase: Phase,
  { mic, listenOnly, turnTaking, pttHeld }: LabelInput,
): readonly [title: string, hint: string] {
  const holds = turnTaking === "push-to-talk" && mic === "on";
  if (holds && pttHeld) return ["Listening", "Let go when you have spoken"];
  if (holds && (phase === "listening" || phase === "speaking"))
    return [phase === "speaking" ? "Speaking" : "Hold to talk", "Hold this, or the space bar"];
  const [title, hint] = labels[phase];
  if (phase === "unheard" && listenOnly) return ["Tap to listen", "The conversation is going on"];
  if (phase === "idle" && listenOnly) return ["Tap to listen", "You are not heard here"];
  if (phase !== "speaking" || mic === "on") return [title, hint];
  return [title, listenOnly ? "You are not heard here" : "Tap to stop"];
}

const activities: Record<Phase, OrbActivity> = {
  idle: "still",
  requesting: "busy",
  connecting: "busy",
  reconnecting: "lost",
  offline: "lost",
  speaking: "speaking",
  thinking: "thinking",
  unheard: "watching",
  muted: "muted",
  silenced: "muted",
  listenOnly: "watching",
  listening: "listening",
  connected: "still",
};

export const orbActivityOf = (phase: Phase): OrbActivity => activities[phase];

const pressLabels: Partial<Record<Phase, string>> = {
  idle: "Start talking",
  connected: "Start talking",
  speaking: "Stop the answer",
  muted: "Unmute",
  reconnecting: "Try now",
  unheard: "Hear on",
};

/** The action of the round button; undefined where it does nothing. */
export function pressLabelOf(
  phase: Phase,
  { listenOnly }: Pick<LabelInput, "listenOnly">,
): string | undefined {
  if (!listenOnly || phase === "reconnecting") return pressLabels[phase];
  return phase === "idle" || phase === "unheard" ? "Listen" : undefined;
}
