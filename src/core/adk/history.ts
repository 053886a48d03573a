/**
 * What a new session with the model is told of the conversation before it: who said what, in true roles,
 * and what the user said last and nobody has answered.
 */
import type { Content, Event } from "../../wire/adk.ts";

export interface Memory {
  /** Oldest first, the user's and the model's turns alternating. */
  readonly turns: readonly Content[];
  /** The user's last words, if they are owed an answer. They are not among the turns. */
  readonly owed: string | undefined;
}

export const nothingSaid: Memory = { turns: [], owed: undefined };

interface Said {
  readonly role: "user" | "model";
  readonly text: string;
}

/** In characters: about 8,000 tokens, which every new session pays for again. */
const most = 32_000;

/**
 * Recalls a conversation.
 * @param events of its log, oldest first.
 * @param since when the user's last words must have been said, in ms, to be owed an answer still.
 * @param handedOver the answer under way is left to another agent: what its predecessor said in handing
 * over ("One moment.") is no answer.
 */
export function memoryOf(events: readonly Event[], since: number, handedOver = false): Memory {
  const settled = events.findLastIndex((event) => event.turnComplete === true);
  const before = events.slice(0, settled + 1).flatMap(saidIn);
  const after = events.slice(settled + 1);
  const open = after.flatMap(saidIn);
  if (!after.some((event) => isUsersEvent(event) && event.timestamp * 1000 >= since))
    return recalled([...before, ...open], []);
  if (handedOver) return recalled(before, open.filter(isUsers));
  const answered = open.findLastIndex(({ role }) => role === "model");
  return recalled([...before, ...open.slice(0, answered + 1)], open.slice(answered + 1));
}

function recalled(told: readonly Said[], owed: readonly Said[]): Memory {
  return {
    turns: inTurns(newest(told)),
    owed: owed.length > 0 ? owed.map(({ text }) => text).join("\n") : undefined,
  };
}

/** The log has each word once: typed, or as the final of a transcript. */
function saidIn({ author, content, inputTranscription, outputTranscription }: Event): Said[] {
  if (inputTranscription?.finished) return [{ role: "user", text: inputTranscription.text }];
  if (outputTranscription?.finished) return [{ role: "model", text: outputTranscription.text }];
  if (author !== "user") return [];
  const text = content?.parts?.map((part) => part.text ?? "").join("") ?? "";
  return text ? [{ role: "user", text }] : [];
}

const isUsersEvent = (event: Event): boolean => saidIn(event).some(isUsers);

const isUsers = ({ role }: Said): boolean => role === "user";

/** As much of the end as may be told. */
function newest(said: readonly Said[]): readonly Said[] {
  let left = most;
  const first = said.findLastIndex(({ text }) => (left -= text.length) < 0);
  return said.slice(first + 1);
}

/** Live API: the turns of clientContent. What one side said in a row is one turn. */
function inTurns(said: readonly Said[]): Content[] {
  const turns: { role: Said["role"]; parts: { text: string }[] }[] = [];
  for (const { role, text } of said) {
    const last = turns.at(-1);
    if (last?.role === role) last.parts.push({ text });
    else turns.push({ role, parts: [{ text }] });
  }
  return turns;
}

/** The same for an instruction, where a model takes no history. */
export const asNote = ({ turns }: Memory): string =>
  turns.length === 0
    ? ""
    : `The conversation so far, which goes on now:\n${turns.map(line).join("\n")}`;

const line = ({ role, parts = [] }: Content): string =>
  `${role === "user" ? "User" : "You"}: ${parts.map(({ text }) => text).join(" ")}`;
