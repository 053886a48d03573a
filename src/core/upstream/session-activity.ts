/** What goes on in a live session: who speaks, what is owed, and whether this is a moment to change the line. */
import { parseDurationMs } from "../../wire/duration.ts";
import type { ServerMessage } from "../../wire/live-api.ts";
import type { UpstreamMessage } from "./encoding.ts";

export interface SessionActivity {
  /** The model's turn: being made, or made and being listened to. */
  readonly turn: "none" | "generating" | "playing";
  /** When the user began to speak, in ms; undefined while quiet. */
  readonly speechSince: number | undefined;
  /** When the user said what is not answered yet. */
  readonly unansweredSince: number | undefined;
  /** Ids of calls that were not answered. */
  readonly pendingCalls: readonly string[];
  /** Tools are at work, whose results nobody should have to wait for. */
  readonly toolsRunning: boolean;
  /** When the model last gave a sign of life; 0 before the first. */
  readonly lastSignAt: number;
  /** When anybody last did anything. */
  readonly lastActivityAt: number;
}

export const noActivity = (now: number): SessionActivity => ({
  turn: "none",
  speechSince: undefined,
  unansweredSince: undefined,
  pendingCalls: [],
  toolsRunning: false,
  lastSignAt: 0,
  lastActivityAt: now,
});

/** After this long without an answer none is awaited any more, in ms: a model may choose to be silent. */
const answerTimeoutMs = 10_000;

/** Nothing is being said, made or awaited. */
export const isIdle = (
  { turn, speechSince, unansweredSince, pendingCalls }: SessionActivity,
  now: number,
): boolean =>
  turn === "none" &&
  speechSince === undefined &&
  (unansweredSince === undefined || now - unansweredSince >= answerTimeoutMs) &&
  pendingCalls.length === 0;

export function afterServerMessage(
  bustle: SessionActivity,
  message: ServerMessage,
  now: number,
): SessionActivity {
  const { serverContent: content, toolCall, toolCallCancellation, voiceActivity } = message;
  if (!content && !toolCall && !toolCallCancellation && !voiceActivity) return bustle;
  const answers = isModelOutput(message);
  const over = content?.turnComplete === true;
  return {
    ...bustle,
    turn: turnAfter(bustle.turn, message),
    unansweredSince: answers || over ? undefined : bustle.unansweredSince,
    pendingCalls: callsAfter(bustle.pendingCalls, message),
    lastSignAt: now,
    lastActivityAt: now,
  };
}

/** The model speaks, or does something. */
export const isModelOutput = ({ serverContent, toolCall }: ServerMessage): boolean =>
  toolCall !== undefined ||
  serverContent?.modelTurn !== undefined ||
  serverContent?.outputTranscription !== undefined;

function turnAfter(turn: SessionActivity["turn"], message: ServerMessage): SessionActivity["turn"] {
  const { turnComplete, generationComplete, interrupted } = message.serverContent ?? {};
  if (turnComplete || interrupted) return "none";
  if (generationComplete) return "playing";
  return isModelOutput(message) ? "generating" : turn;
}

function callsAfter(
  calls: readonly string[],
  { toolCall, toolCallCancellation }: ServerMessage,
): readonly string[] {
  const made = toolCall?.functionCalls?.flatMap(({ id }) => (id ? [id] : [])) ?? [];
  const gone = toolCallCancellation?.ids ?? [];
  return made.length + gone.length === 0
    ? calls
    : [...calls, ...made].filter((id) => !gone.includes(id));
}

export function afterSend(
  bustle: SessionActivity,
  { payload, kind }: UpstreamMessage,
  now: number,
): SessionActivity {
  // Silence does not come this far: what does is somebody there.
  if (kind !== "text") return { ...bustle, lastActivityAt: now };
  if (!("toolResponse" in payload)) return { ...bustle, unansweredSince: now, lastActivityAt: now };
  const answered = payload.toolResponse.functionResponses?.flatMap(({ id }) => (id ? [id] : []));
  const calls = bustle.pendingCalls.filter((id) => !answered?.includes(id));
  return { ...bustle, pendingCalls: calls, lastActivityAt: now };
}

export const afterSpeech = (
  bustle: SessionActivity,
  on: boolean,
  now: number,
): SessionActivity => ({
  ...bustle,
  speechSince: on ? (bustle.speechSince ?? now) : undefined,
  unansweredSince: on ? bustle.unansweredSince : now,
  lastActivityAt: now,
});

/** When the upstream will close, from the time it leaves (Live API: goAway). */
export const closeTimeOf = ({ goAway }: ServerMessage, now: number): number | undefined =>
  goAway && now + parseDurationMs(goAway.timeLeft ?? "0s");
