/** What goes on in a live session: who speaks, what is owed, and whether this is a moment to change the line. */
import { milliseconds } from "../../wire/duration.ts";
import type { ServerMessage } from "../../wire/live-api.ts";
import type { Saying } from "./encoding.ts";

export interface Bustle {
  /** The model's turn: being made, or made and being listened to. */
  readonly turn: "none" | "generating" | "playing";
  /** When the user began to speak, in ms; undefined while quiet. */
  readonly speechSince: number | undefined;
  /** When the user said what is not answered yet. */
  readonly owedSince: number | undefined;
  /** Ids of calls that were not answered. */
  readonly calls: readonly string[];
  /** Tools are at work, whose results nobody should have to wait for. */
  readonly working: boolean;
  /** When the model last gave a sign of life; 0 before the first. */
  readonly signAt: number;
  /** When anybody last did anything. */
  readonly stirredAt: number;
}

export const noBustle = (now: number): Bustle => ({
  turn: "none",
  speechSince: undefined,
  owedSince: undefined,
  calls: [],
  working: false,
  signAt: 0,
  stirredAt: now,
});

/** After this long without an answer none is awaited any more, in ms: a model may choose to be silent. */
const awaitMs = 10_000;

/** Nothing is being said, made or awaited. */
export const isPause = ({ turn, speechSince, owedSince, calls }: Bustle, now: number): boolean =>
  turn === "none" &&
  speechSince === undefined &&
  (owedSince === undefined || now - owedSince >= awaitMs) &&
  calls.length === 0;

export function hearing(bustle: Bustle, message: ServerMessage, now: number): Bustle {
  const { serverContent: content, toolCall, toolCallCancellation, voiceActivity } = message;
  if (!content && !toolCall && !toolCallCancellation && !voiceActivity) return bustle;
  const answers = isOutput(message);
  const over = content?.turnComplete === true;
  return {
    ...bustle,
    turn: turnAfter(bustle.turn, message),
    owedSince: answers || over ? undefined : bustle.owedSince,
    calls: callsAfter(bustle.calls, message),
    signAt: now,
    stirredAt: now,
  };
}

/** The model speaks, or does something. */
export const isOutput = ({ serverContent, toolCall }: ServerMessage): boolean =>
  toolCall !== undefined ||
  serverContent?.modelTurn !== undefined ||
  serverContent?.outputTranscription !== undefined;

function turnAfter(turn: Bustle["turn"], message: ServerMessage): Bustle["turn"] {
  const { turnComplete, generationComplete, interrupted } = message.serverContent ?? {};
  if (turnComplete || interrupted) return "none";
  if (generationComplete) return "playing";
  return isOutput(message) ? "generating" : turn;
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

export function saying(bustle: Bustle, { message, weight }: Saying, now: number): Bustle {
  // Silence does not come this far: what does is somebody there.
  if (weight !== "text") return { ...bustle, stirredAt: now };
  if (!("toolResponse" in message)) return { ...bustle, owedSince: now, stirredAt: now };
  const answered = message.toolResponse.functionResponses?.flatMap(({ id }) => (id ? [id] : []));
  const calls = bustle.calls.filter((id) => !answered?.includes(id));
  return { ...bustle, calls, stirredAt: now };
}

export const speaking = (bustle: Bustle, on: boolean, now: number): Bustle => ({
  ...bustle,
  speechSince: on ? (bustle.speechSince ?? now) : undefined,
  owedSince: on ? bustle.owedSince : now,
  stirredAt: now,
});

/** When the upstream will close, from the time it leaves (Live API: goAway). */
export const closesAt = ({ goAway }: ServerMessage, now: number): number | undefined =>
  goAway && now + milliseconds(goAway.timeLeft ?? "0s");
