/** The history that a new session gets: the turns so far, in true roles, and the user's last input if it is unanswered. */
import type { Content, Event } from "../../wire/adk.ts";
import { cutTextStart } from "../../wire/text.ts";
import { numberTurns, withoutRewound } from "./imported-history.ts";

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
  const texts = textsOf(events);
  const settled = texts.findLastIndex(
    ({ event, isWritten }) => (event.turnComplete && !isFillerEnd(event)) || isWritten,
  );
  const before = texts.slice(0, settled + 1).flatMap(turnOf);
  const after = texts.slice(settled + 1);
  const open = after.flatMap(turnOf);
  const afterFillers = after.slice(after.findLastIndex(({ event }) => isFillerEnd(event)) + 1);
  if (!after.some(({ event, role }) => role === "user" && event.timestamp * 1000 >= since))
    return toHistory([...before, ...open], []);
  const isAnswered = afterFillers.some(({ role }) => role === "model");
  if (transferred || !isAnswered) return toHistory(before, open.filter(isUserTurn));
  const answered = open.findLastIndex(({ role }) => role === "model");
  return toHistory([...before, ...open.slice(0, answered + 1)], open.slice(answered + 1));
}

/** All texts of events, one a line: which of them a session gets depends on its time, and on what follows them. */
export const wordsOfHistory = (events: readonly Event[]): string =>
  events
    .flatMap(({ content, inputTranscription, outputTranscription }) => [
      ...[inputTranscription, outputTranscription].map((each) => each?.text ?? ""),
      writtenText(content),
    ])
    .filter((text) => text !== "")
    .join("\n");

function toHistory(
  turns: readonly TranscriptTurn[],
  unanswered: readonly TranscriptTurn[],
): History {
  return {
    turns: inTurns(newest(turns)),
    unansweredText:
      unanswered.length > 0
        ? cutTextStart(unanswered.map(({ text }) => text).join("\n"), maxCharacters)
        : undefined,
  };
}

/** An event of the log with its text; without a role if it has none. */
interface EventText {
  readonly event: Event;
  readonly role?: TranscriptTurn["role"];
  readonly text: string;
  /** An imported answer in text, which completes its turn: only a live session publishes `turnComplete`. */
  readonly isWritten: boolean;
}

/** The text of a spoken turn is its transcript: other text of its model is a thought. */
function textsOf(events: readonly Event[]): EventText[] {
  const numbered = numberTurns(withoutRewound(events));
  const spoken = new Set(numbered.flatMap(({ event, turn }) => (isSpoken(event) ? [turn] : [])));
  return numbered.map(({ event, turn }) => textOf(event, spoken.has(turn)));
}

/** The log has each text once: typed, or as the final of a transcript, or as content of an imported event. */
function textOf(event: Event, spoken: boolean): EventText {
  const { author, content, inputTranscription, outputTranscription } = event;
  const isWritten = false;
  if (inputTranscription?.finished)
    return { event, role: "user", text: inputTranscription.text, isWritten };
  if (isSpoken(event))
    return { event, role: "model", text: outputTranscription?.text ?? "", isWritten };
  const text = writtenText(content);
  if (!text) return { event, text, isWritten };
  if (author === "user") return { event, role: "user", text, isWritten };
  // A tool's response has the role "user".
  if (spoken || content?.role === "user") return { event, text: "", isWritten };
  const calls = content?.parts?.some((part) => part.functionCall) === true;
  return { event, role: "model", text, isWritten: !calls };
}

/** A filler is no answer: the model was still thinking. */
const isFillerEnd = ({ interactionStatus }: Event): boolean => interactionStatus === "IN_PROGRESS";

const isSpoken = ({ outputTranscription }: Event): boolean =>
  outputTranscription?.finished === true && outputTranscription.text !== "";

const writtenText = (content: Content | undefined): string =>
  content?.parts?.map(({ text, thought }) => (thought ? "" : (text ?? ""))).join("") ?? "";

const turnOf = ({ role, text }: EventText): TranscriptTurn[] => (role ? [{ role, text }] : []);

const isUserTurn = ({ role }: TranscriptTurn): boolean => role === "user";

/** The newest turns within the limit; of a single longer one its end. */
function newest(turns: readonly TranscriptTurn[]): readonly TranscriptTurn[] {
  let left = maxCharacters;
  const first = turns.findLastIndex(({ text }) => (left -= text.length) < 0);
  const last = turns.at(-1);
  if (last && first === turns.length - 1)
    return [{ ...last, text: cutTextStart(last.text, maxCharacters) }];
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
