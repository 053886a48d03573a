/** Derives the one phase that the page displays from the states of its parts, with labels for it. */
import {
  isMutedByOperator,
  type CallState,
  type MicrophoneState,
} from "../../../packages/client/src/index.ts";
import type { PageStrings } from "../language/english.ts";
import { strings } from "../language/strings.ts";
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
    case "backoff":
      if (connection.status === "connecting" && !connection.retry) return "connecting";
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

type LabelInput = Pick<CallState, "mic" | "listenOnly" | "turnTaking" | "pttHeld" | "noticeCode">;

const isTokenRefused = (phase: Phase, noticeCode: string | undefined): boolean =>
  phase === "idle" && noticeCode === "UNAUTHENTICATED";

/** A phone has no space bar. */
const hasKeyboard = (): boolean => matchMedia("(any-hover: hover)").matches;

export function labelsOf(
  phase: Phase,
  { mic, listenOnly, turnTaking, pttHeld, noticeCode }: LabelInput,
): readonly [title: string, hint: string] {
  const { phases, phaseVariants: variants } = strings();
  const holds = turnTaking === "push-to-talk" && mic === "on";
  if (holds && pttHeld) return variants.held;
  const [title, hint] = phases[phase];
  const holdHint = hasKeyboard() ? variants.holdHereOrSpace : variants.holdHere;
  if (holds && phase === "listening") return [variants.hold, holdHint];
  if (holds && phase === "speaking") return [title, holdHint];
  if (isTokenRefused(phase, noticeCode)) return variants.refused;
  if (phase === "unheard" && listenOnly) return variants.listenAlong;
  if (phase === "idle" && listenOnly) return variants.listen;
  if (turnTaking === "text" && phase === "idle") return variants.typeFirst;
  if (turnTaking === "text" && phase === "connected") return variants.typeOnly;
  if (phase !== "speaking" || mic === "on") return [title, hint];
  return [title, listenOnly ? variants.notHeard : variants.tapToStop];
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

const pressActions: Partial<Record<Phase, keyof PageStrings["press"]>> = {
  idle: "start",
  connected: "start",
  speaking: "stop",
  muted: "unmute",
  reconnecting: "retry",
  unheard: "hearOn",
};

/** Where the round button opens the speaker that the browser has kept closed. */
const soundless: ReadonlySet<Phase> = new Set(["listening", "thinking", "muted", "silenced"]);

/** The action of the round button; undefined where it does nothing. */
export function pressLabelOf(
  phase: Phase,
  { listenOnly, turnTaking, noticeCode }: Omit<LabelInput, "mic" | "pttHeld">,
): string | undefined {
  const texts = strings().press;
  if (isTokenRefused(phase, noticeCode)) return texts.retry;
  if (noticeCode === "SILENT" && soundless.has(phase)) return texts.soundOn;
  if (turnTaking === "text" && phase === "connected") return undefined;
  if (turnTaking === "text" && phase === "idle" && !listenOnly) return strings().notice.connect;
  if (listenOnly && phase !== "reconnecting")
    return phase === "idle" || phase === "unheard" ? texts.listen : undefined;
  const action = pressActions[phase];
  return action && texts[action];
}
