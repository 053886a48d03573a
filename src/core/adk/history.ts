/**
 * What a new session with the model is told of the conversation before it: who said what, in true roles,
 * and what the user said last and nobody has answered.
 */
import type { Content, Event } from "../../wire/adk.ts";

export interface History {
  /** Oldest first, the user's and the model's turns alternating. */
  readonly turns: readonly Content[];
  /** The user's last words, if they are owed an answer. They are not among the turns. */
  readonly unansweredText: string | undefined;
}

export const emptyHistory: History = { turns: [], unansweredText: undefined };

interface TranscriptTurn {
  readonly role: "user" | "model";
  readonly text: string;
}

/** In characters: about 8,000 tokens, which every new session pays for again. */
const maxCharacters = 32_000;

/**
 * Recalls a conversation.
 * @param events of its log, oldest first.
 * @param since when the user's last words must have been said, in ms, to be owed an answer still.
 * @param handedOver the answer under way is left to another agent: what its predecessor said in handing
 * over ("One moment.") is no answer.
 */
export function historyOf(events: readonly Event[], since: number, handedOver = false): History {
  const settled = events.findLastIndex((event) => event.turnComplete === true);
  const before = events.slice(0, settled + 1).flatMap(transcriptOf);
  const after = events.slice(settled + 1);
  const open = after.flatMap(transcriptOf);
  if (!after.some((event) => isUserEvent(event) && event.timestamp * 1000 >= since))
    return toHistory([...before, ...open], []);
  if (handedOver) return toHistory(before, open.filter(isUserTurn));
  const answered = open.findLastIndex(({ role }) => role === "model");
  return toHistory([...before, ...open.slice(0, answered + 1)], open.slice(answered + 1));
}

function toHistory(told: readonly TranscriptTurn[], owed: readonly TranscriptTurn[]): History {
  return {
    turns: inTurns(newest(told)),
    unansweredText: owed.length > 0 ? owed.map(({ text }) => text).join("\n") : undefined,
  };
}

/** The log has each word once: typed, or as the final of a transcript. */
function transcriptOf({
  author,
  content,
  inputTranscription,
  outputTranscription,
}: Event): TranscriptTurn[] {
  if (inputTranscription?.finished) return [{ role: "user", text: inputTranscription.text }];
  if (outputTranscription?.finished) return [{ role: "model", text: outputTranscription.text }];
  if (author !== "user") return [];
  const text = content?.parts?.map((part) => part.text ?? "").join("") ?? "";
  return text ? [{ role: "user", text }] : [];
}

const isUserEvent = (event: Event): boolean => transcriptOf(event).some(isUserTurn);

const isUserTurn = ({ role }: TranscriptTurn): boolean => role === "user";

/** As much of the end as may be told. */
function newest(said: readonly TranscriptTurn[]): readonly TranscriptTurn[] {
  let left = maxCharacters;
  const first = said.findLastIndex(({ text }) => (left -= text.length) < 0);
  return said.slice(first + 1);
}

/** Live API: the turns of clientContent. What one side said in a row is one turn. */
function inTurns(said: readonly TranscriptTurn[]): Content[] {
  const turns: { role: TranscriptTurn["role"]; parts: { text: string }[] }[] = [];
  for (const { role, text } of said) {
    const last = turns.at(-1);
    if (last?.role === role) last.parts.push({ text });
    else turns.push({ role, parts: [{ text }] });
  }
  return turns;
}

/** The same for an instruction, where a model takes no history. */
export const historyInstruction = ({ turns }: History): string =>
  turns.length === 0
    ? ""
    : `The conversation so far, which goes on now:\n${turns.map(transcriptLine).join("\n")}`;

const transcriptLine = ({ role, parts = [] }: Content): string =>
  `${role === "user" ? "User" : "You"}: ${parts.map(({ text }) => text).join(" ")}`;
