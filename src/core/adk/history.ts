/** The history that a new session gets: the turns so far, in true roles, and the user's last input if it is unanswered. */
import type { Content, Event } from "../../wire/adk.ts";

export interface History {
  /** Oldest first, the user's and the model's turns alternating. */
  readonly turns: readonly Content[];
  /** The user's last input, if it must be answered. It is not among the turns. */
  readonly unansweredText: string | undefined;
}

export const emptyHistory: History = { turns: [], unansweredText: undefined };

interface TranscriptTurn {
  readonly role: "user" | "model";
  readonly text: string;
}

/** In characters: about 8,000 tokens, which every new session costs again. */
const maxCharacters = 32_000;

/**
 * @param events of the log, oldest first.
 * @param since in ms: older input is not answered any more.
 * @param transferred another agent gives the answer: its predecessor's remark before the transfer ("One moment.") is none.
 */
export function historyOf(events: readonly Event[], since: number, transferred = false): History {
  const settled = events.findLastIndex((event) => event.turnComplete === true);
  const before = events.slice(0, settled + 1).flatMap(transcriptOf);
  const after = events.slice(settled + 1);
  const open = after.flatMap(transcriptOf);
  if (!after.some((event) => isUserEvent(event) && event.timestamp * 1000 >= since))
    return toHistory([...before, ...open], []);
  if (transferred) return toHistory(before, open.filter(isUserTurn));
  const answered = open.findLastIndex(({ role }) => role === "model");
  return toHistory([...before, ...open.slice(0, answered + 1)], open.slice(answered + 1));
}

function toHistory(
  turns: readonly TranscriptTurn[],
  unanswered: readonly TranscriptTurn[],
): History {
  return {
    turns: inTurns(newest(turns)),
    unansweredText:
      unanswered.length > 0 ? unanswered.map(({ text }) => text).join("\n") : undefined,
  };
}

/** The log has each text once: typed, or as the final of a transcript. */
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

/** The newest turns within the limit. */
function newest(turns: readonly TranscriptTurn[]): readonly TranscriptTurn[] {
  let left = maxCharacters;
  const first = turns.findLastIndex(({ text }) => (left -= text.length) < 0);
  return turns.slice(first + 1);
}

/** Live API: the turns of clientContent. Consecutive texts of one role are one turn. */
function inTurns(transcripts: readonly TranscriptTurn[]): Content[] {
  const turns: { role: TranscriptTurn["role"]; parts: { text: string }[] }[] = [];
  for (const { role, text } of transcripts) {
    const last = turns.at(-1);
    if (last?.role === role) last.parts.push({ text });
    else turns.push({ role, parts: [{ text }] });
  }
  return turns;
}

/** The history as a part of the instruction, for a model that takes no history. */
export const historyInstruction = ({ turns }: History): string =>
  turns.length === 0
    ? ""
    : `The conversation so far, which goes on now:\n${turns.map(transcriptLine).join("\n")}`;

const transcriptLine = ({ role, parts = [] }: Content): string =>
  `${role === "user" ? "User" : "You"}: ${parts.map(({ text }) => text).join(" ")}`;
