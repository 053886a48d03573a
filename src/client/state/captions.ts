/**
 * What was said, as bubbles: the running transcript of both sides, never doubled, in the order of the talk.
 *
 * A partial is appended to its bubble and a finished text replaces it. The words of a person often
 * arrive after the answer has begun; they go before it. A bubble that was cut stays as it was heard.
 */
import { reorderReplay } from "./reorder-replay.ts";
import type { ConnectionEvent, Side } from "../connection/connection.ts";
import { mergeSources, type Source } from "./sources.ts";

export interface Caption {
  readonly id: number;
  /** A note tells what the agent does besides talking. */
  readonly side: Side | "note";
  readonly text: string;
  /**
   * `live`: still growing. `waiting`: typed while away; `unsent`: and never sent.
   * `cut`: interrupted, not all of it was said.
   */
  readonly state: "live" | "waiting" | "unsent" | "done" | "cut";
  readonly turn: number;
  /** Of what was typed here. */
  readonly said?: string;
  /** Who of several agents says it; not known before one has handed over to another. */
  readonly speaker?: string;
  /** What an answer rests on. */
  readonly sources?: readonly Source[];
}

export interface Captions {
  readonly list: readonly Caption[];
  readonly nextId: number;
  readonly turn: number;
  /** Who of several agents speaks. */
  readonly speaker?: string;
  /**
   * An answer was cut, and perhaps the end of its turn is lost: then the person's next words end it.
   */
  readonly torn: boolean;
  /** Typed here; the wire may say it again, as a transcript or as another device's text. */
  readonly echoes: readonly Echo[];
  /** The part of an echo that has come so far. */
  readonly echoed: string;
}

interface Echo {
  /** Without case, blanks and marks. */
  readonly letters: string;
  readonly turn: number;
}

export const emptyCaptions: Captions = {
  list: [],
  nextId: 1,
  turn: 1,
  torn: false,
  echoes: [],
  echoed: "",
};

/** More than anyone scrolls back through. */
const most = 400;

/** What the page shows after it heard this. */
export function reduceCaptions(captions: Captions, heard: ConnectionEvent): Captions {
  switch (heard.kind) {
    case "transcript":
      return heard.side === "user"
        ? applyUserTranscript(captions, heard.text, heard.finished)
        : applyAgentTranscript(captions, heard.text, heard.finished);
    case "typed":
      return applyTypedText(captions, heard.text, heard.id);
    case "notTaken":
      return mark(captions, heard.id, "unsent");
    case "recalled":
      return applyReplay(captions, heard.whole, heard.heard);
    case "skipped":
      return append(captions, "note", describeSkippedAudio(heard.ms), "done");
    case "speaker":
      return { ...captions, speaker: heard.name };
    case "tool":
      return append(captions, "note", `Using ${heard.name.replaceAll("_", " ")}`, "done");
    case "sources":
      return addSources(captions, heard.sources);
    case "interrupted":
      return { ...markInterrupted(captions), torn: true };
    case "turnComplete":
      return completeTurn(captions);
    case "state":
      return heard.state.at === "open" ? markDelivered(captions) : captions;
    default:
      return captions;
  }
}

/** Shows what was typed here at once. */
export function addTyped(
  captions: Captions,
  text: string,
  waiting: boolean,
  said?: string,
): Captions {
  const shown = append(captions, "user", text, waiting ? "waiting" : "done", said);
  const turn = shown.list.at(-1)?.turn ?? shown.turn;
  return { ...shown, echoes: [...shown.echoes, { letters: letters(text), turn }], echoed: "" };
}

/** Marks what the agent is saying as cut. */
export function markInterrupted(captions: Captions): Captions {
  const current = answers(captions).at(-1);
  return current?.state === "cut"
    ? captions
    : change(captions, current, (caption) => ({ ...caption, state: "cut" }));
}

/** Nothing grows or waits any more: the conversation was left, or is being kept for later. */
export function finalize(captions: Captions): Captions {
  const settled = {
    live: "done",
    waiting: "unsent",
    unsent: "unsent",
    done: "done",
    cut: "cut",
  } as const;
  const list = captions.list.map((caption) => ({ ...caption, state: settled[caption.state] }));
  return { ...emptyCaptions, list, nextId: captions.nextId, turn: captions.turn + 2 };
}

function applyAgentTranscript(captions: Captions, text: string, finished: boolean): Captions {
  const now = captions.torn && nextAsked(captions) ? completeTurn(captions) : captions;
  const current = answers(now).at(-1);
  if (current?.state === "cut") return now;
  return current?.state === "live"
    ? change(now, current, (caption) => written(caption, text, finished))
    : append(now, "agent", text, finished ? "done" : "live");
}

/** Sources go beneath the answer of this turn, or one that is still to be spoken: code often runs before the first word. */
function addSources(captions: Captions, sources: readonly Source[]): Captions {
  const answer = answers(captions).at(-1);
  if (!answer) return addSources(append(captions, "agent", "", "live"), sources);
  return change(captions, answer, (caption) => ({
    ...caption,
    sources: mergeSources(caption.sources ?? [], sources),
  }));
}

function applyUserTranscript(captions: Captions, text: string, finished: boolean): Captions {
  const open = captions.list.findLast(({ side, state }) => side === "user" && state === "live");
  if (open) return change(captions, open, (caption) => written(caption, text, finished));
  const said = finished ? text : captions.echoed + text;
  if (finished && isEcho(captions, said)) return removeEcho(captions, said);
  if (!finished && mayBecomeEcho(captions, said)) return { ...captions, echoed: said };
  const state = finished ? "done" : "live";
  const answer = answers(captions)[0];
  return answer && answer.state !== "cut" && !asked(captions)
    ? insert(captions, said, state, answer)
    : append({ ...captions, echoed: "" }, "user", said, state);
}

function applyTypedText(captions: Captions, text: string, id?: string): Captions {
  const ours = id !== undefined && captions.list.some(({ said }) => said === id);
  if (ours) return removeEcho(mark(captions, id, "done"), text);
  return isEcho(captions, text)
    ? removeEcho(captions, text)
    : append(captions, "user", text, "done", id);
}

/** What is still on its way stays, at the end. */
function applyReplay(
  captions: Captions,
  whole: boolean,
  heard: readonly ConnectionEvent[],
): Captions {
  const { nextId, turn, list } = captions;
  const from = whole ? { ...emptyCaptions, nextId, turn } : captions;
  const recalled = reorderReplay(heard).reduce(reduceCaptions, from);
  const waiting = whole ? list.filter(({ state }) => state === "waiting") : [];
  const there = new Set(recalled.list.map(({ said }) => said));
  return waiting
    .filter(({ said }) => said === undefined || !there.has(said))
    .reduce((shown, { text, said }) => addTyped(shown, text, true, said), recalled);
}

const describeSkippedAudio = (ms: number): string =>
  `Missed ${Math.max(1, Math.round(ms / 1000))} s of the voice`;

const mark = (captions: Captions, id: string, state: Caption["state"]): Captions =>
  change(
    captions,
    captions.list.find(({ said }) => said === id),
    (caption) => ({ ...caption, state }),
  );

function completeTurn(captions: Captions): Captions {
  const { turn } = captions;
  const list = captions.list.map((caption) =>
    caption.state === "live" && caption.turn <= turn
      ? { ...caption, state: "done" as const }
      : caption,
  );
  const echoes = captions.echoes.filter((echo) => echo.turn > turn);
  return { ...captions, list, turn: turn + 1, torn: false, echoes, echoed: "" };
}

const markDelivered = (captions: Captions): Captions => ({
  ...captions,
  list: captions.list.map((caption) =>
    caption.state === "waiting" ? { ...caption, state: "done" } : caption,
  ),
});

/** The agent's bubbles of this turn: usually one; one more for each time it used a tool in between. */
const answers = ({ list, turn }: Captions): readonly Caption[] =>
  list.filter((caption) => caption.side === "agent" && caption.turn === turn);

/** Whether this turn has its question already: then what comes now belongs to the next. */
const asked = ({ list, turn }: Captions): boolean =>
  list.some((caption) => caption.side === "user" && caption.turn === turn);

/** Whether the next turn has its question. */
const nextAsked = ({ list, turn }: Captions): boolean =>
  list.some(
    (caption) => caption.side === "user" && caption.turn > turn && caption.state === "done",
  );

const written = (caption: Caption, text: string, finished: boolean): Caption => ({
  ...caption,
  text: tidy(finished ? text : caption.text + text),
  state: finished ? "done" : "live",
});

/** A new bubble at the end. What a person says while the agent has the turn opens the next one. */
function append(
  captions: Captions,
  side: Caption["side"],
  text: string,
  state: Caption["state"],
  said?: string,
): Captions {
  const turn = captions.turn + (side === "user" && answers(captions).length > 0 ? 1 : 0);
  const { nextId: id, speaker } = captions;
  const caption: Caption = {
    id,
    side,
    text: tidy(text),
    state,
    turn,
    ...(said !== undefined && { said }),
    ...(side === "agent" && speaker !== undefined && { speaker }),
  };
  return {
    ...captions,
    list: [...captions.list, caption].slice(-most),
    nextId: captions.nextId + 1,
  };
}

function insert(
  captions: Captions,
  text: string,
  state: Caption["state"],
  before: Caption,
): Captions {
  const { nextId: id, turn, list } = captions;
  const caption: Caption = { id, side: "user", text: tidy(text), state, turn };
  const at = list.indexOf(before);
  return { ...captions, list: list.toSpliced(at, 0, caption), nextId: id + 1, echoed: "" };
}

const change = (
  captions: Captions,
  target: Caption | undefined,
  how: (caption: Caption) => Caption,
): Captions => ({
  ...captions,
  list: captions.list.map((caption) => (caption === target ? how(caption) : caption)),
});

const isEcho = ({ echoes }: Captions, said: string): boolean =>
  echoes.some((echo) => echo.letters === letters(said));

const mayBecomeEcho = ({ echoes }: Captions, said: string): boolean =>
  letters(said) !== "" && echoes.some((echo) => echo.letters.startsWith(letters(said)));

const removeEcho = (captions: Captions, said: string): Captions => ({
  ...captions,
  echoes: captions.echoes.filter((echo) => echo.letters !== letters(said)),
  echoed: "",
});

const letters = (text: string): string => text.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, "");

const cjk = String.raw`[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]`;
const cjkGap = new RegExp(`(?<=${cjk}) +(?=${cjk})`, "gu");

/** Recognisers put blanks between the characters of scripts that have none. */
const tidy = (text: string): string => text.replaceAll(cjkGap, "");
