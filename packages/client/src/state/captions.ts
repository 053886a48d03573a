/**
 * The transcript as the page shows it: a list of captions (bubbles) in conversation order, without duplicates.
 *
 * A partial transcript is appended to its caption, and a finished one replaces the text. The user's transcript often
 * arrives after the answer has begun, and is inserted before the answer. An interrupted caption never changes again.
 */
import type { ConnectionEvent, Side } from "../connection/connection.ts";
import type { Role } from "../../../../src/wire/parley-v1.ts";
import { estimateHeard } from "./heard-text.ts";
import { reorderReplay } from "./reorder-replay.ts";
import { mergeSources, type Source } from "./sources.ts";
import { applyResult, startCall, type ToolCall, type ToolEvent } from "./tool-calls.ts";

export interface Caption {
  readonly id: number;
  /** A note reports what the agent does besides speaking, or is a tool's message. */
  readonly side: Side | "note";
  readonly text: string;
  readonly state: CaptionState;
  readonly turn: number;
  /** The id of the typed message. */
  readonly messageId?: string;
  /** The agent's name; undefined until the conversation has changed agents once. */
  readonly speaker?: string;
  readonly sources?: readonly Source[];
  /** Of a tool's message, whose text is then empty. */
  readonly picture?: Blob;
  readonly call?: ToolCall;
  /** Another participant's role: the user's side is not this client. */
  readonly by?: Role;
  /** So many characters of the text were heard; undefined: all of them. */
  readonly heard?: number;
  /** The meaning of a `text` that is the client's own, in English: for an interface in another language. */
  readonly note?: CaptionNote;
}

export type CaptionNote =
  /** To another agent. The reason is the agent's. */
  | { readonly kind: "transferred"; readonly to: string; readonly reason?: string }
  /** The server left out so many seconds of the voice. */
  | { readonly kind: "skipped"; readonly seconds: number }
  /** This client sent the picture. */
  | { readonly kind: "sentPicture" };

/**
 * `partial`: the text still grows. `queued`: typed while disconnected. `unsent`: typed and never delivered.
 * `interrupted`: the agent did not finish.
 */
export type CaptionState = "partial" | "queued" | "unsent" | "final" | "interrupted";

export interface Captions {
  readonly list: readonly Caption[];
  readonly nextId: number;
  /** The number of the current turn: an input of the user and the answer to it. */
  readonly turn: number;
  /** The active agent's name, once the conversation has changed agents. */
  readonly speaker?: string;
  /**
   * An answer was interrupted and its `turnComplete` has not arrived. If it is lost, the user's next input ends the
   * turn.
   */
  readonly turnEndMissing: boolean;
  /** Messages typed on this page whose text the server may repeat, as a transcript or as a typed event. */
  readonly echoes: readonly Echo[];
  /** The partial user transcript so far, while it may still turn out to be an echo. */
  readonly possibleEcho: string;
}

interface Echo {
  /** The text without case, spaces and punctuation. */
  readonly letters: string;
  readonly turn: number;
}

export const emptyCaptions: Captions = {
  list: [],
  nextId: 1,
  turn: 1,
  turnEndMissing: false,
  echoes: [],
  possibleEcho: "",
};

const maxCaptions = 400;

/** The captions after an event. */
export function reduceCaptions(captions: Captions, event: ConnectionEvent): Captions {
  switch (event.kind) {
    case "transcript":
      return event.side === "user"
        ? applyUserTranscript(captions, event.text, event.finished, event.by)
        : applyAgentTranscript(captions, event.text, event.finished);
    case "typed":
      return applyTypedText(captions, event.text, event.id, event.by);
    case "textRejected":
      return setMessageState(captions, event.id, "unsent");
    case "replay":
      return applyReplay(captions, event.complete, event.events);
    case "audioSkipped":
      return addNote(captions, "note", skippedNote(event.ms));
    case "agentChanged":
      return changeSpeaker(captions, event.name, event.from);
    case "toolCall":
      return addToolCall(captions, event);
    case "toolResult":
      return updateCall(captions, event, (call) => applyResult(call, event));
    case "approvalRequested":
      return updateCall(captions, event, (call) => ({ ...call, state: "waiting" }));
    case "approvalDecided":
      return updateCall(captions, event, (call) =>
        call.state === "waiting" ? { ...call, state: "running" } : call,
      );
    case "toolMessage":
      return append(captions, "note", event.text, "final");
    case "toolPicture":
      return addPicture(captions, event.picture);
    case "transferred":
      return addNote(captions, "note", transferNote(event.to, event.reason));
    case "sources":
      return addSources(captions, event.sources);
    case "interrupted":
      return { ...markInterrupted(captions, event.heardMs), turnEndMissing: true };
    case "turnComplete":
      return completeTurn(captions);
    case "state":
      return event.state.status === "open" ? markDelivered(captions) : captions;
    default:
      return captions;
  }
}

/** Adds a message typed on this page before the server confirms it. */
export function addTyped(
  captions: Captions,
  text: string,
  queued: boolean,
  messageId?: string,
): Captions {
  const added = append(captions, "user", text, queued ? "queued" : "final", messageId);
  const turn = added.list.at(-1)?.turn ?? added.turn;
  return {
    ...added,
    echoes: [...added.echoes, { letters: lettersOf(text), turn }],
    possibleEcho: "",
  };
}

/**
 * Marks the current answer as interrupted.
 * @param heardMs of the answer, as the server computed it; used where this client did not play the answer itself.
 */
export function markInterrupted(captions: Captions, heardMs?: number): Captions {
  const current = answersOf(captions).at(-1);
  return current?.state === "interrupted"
    ? captions
    : update(captions, current, (caption) => ({
        ...caption,
        state: "interrupted",
        ...(heardMs !== undefined &&
          caption.heard === undefined && { heard: estimateHeard(caption.text, heardMs) }),
      }));
}

/** @param heard characters by caption id; a caption that is not named was heard whole. */
export function markHeard(captions: Captions, heard: ReadonlyMap<number, number>): Captions {
  const list = captions.list.map((caption) => {
    const characters = heard.get(caption.id);
    if (characters === caption.heard || caption.state === "interrupted") return caption;
    const { heard: _, ...rest } = caption;
    return characters === undefined ? rest : { ...rest, heard: characters };
  });
  return { ...captions, list };
}

const finalStates = {
  partial: "final",
  queued: "unsent",
  unsent: "unsent",
  final: "final",
  interrupted: "interrupted",
} as const satisfies Record<CaptionState, CaptionState>;

/** Ends every caption: the page left the conversation. Later events belong to new turns. */
export function finalize(captions: Captions): Captions {
  const list = captions.list.map((caption) => ({ ...caption, state: finalStates[caption.state] }));
  return { ...emptyCaptions, list, nextId: captions.nextId, turn: captions.turn + 2 };
}

function applyAgentTranscript(captions: Captions, text: string, finished: boolean): Captions {
  const inTurn =
    captions.turnEndMissing && nextTurnHasInput(captions) ? completeTurn(captions) : captions;
  const current = answersOf(inTurn).at(-1);
  if (current?.state === "interrupted") return inTurn;
  return current?.state === "partial"
    ? update(inTurn, current, (caption) => extend(caption, text, finished))
    : append(inTurn, "agent", text, finished ? "final" : "partial");
}

/** The first change names the agent that spoke before it, too. */
function changeSpeaker(captions: Captions, speaker: string, from?: string): Captions {
  if (captions.speaker !== undefined || from === undefined) return { ...captions, speaker };
  const list = captions.list.map((caption) =>
    caption.side === "agent" ? { ...caption, speaker: from } : caption,
  );
  return { ...captions, list, speaker };
}

function addToolCall(
  captions: Captions,
  event: Extract<ToolEvent, { kind: "toolCall" }>,
): Captions {
  const added = append(captions, "note", `Using ${event.name.replaceAll("_", " ")}`, "final");
  return update(added, added.list.at(-1), (caption) => ({ ...caption, call: startCall(event) }));
}

/** Changes the latest call with this id, or, of a service without ids, with this name. */
function updateCall(
  captions: Captions,
  { id, name }: { readonly id?: string; readonly name?: string },
  change: (call: ToolCall) => ToolCall,
): Captions {
  const target = captions.list.findLast(
    ({ call }) => call && (id === undefined ? call.name === name : call.id === id),
  );
  return update(captions, target, (caption) =>
    caption.call ? { ...caption, call: change(caption.call) } : caption,
  );
}

/** Adds a picture that this client has sent: the server publishes none. */
export function addSentPicture(captions: Captions, image: Uint8Array, type: string): Captions {
  const picture = new Blob([image.slice()], { type });
  const added = addNote(captions, "user", { kind: "sentPicture" });
  return update(added, added.list.at(-1), (caption) => ({ ...caption, picture }));
}

function addPicture(captions: Captions, picture: Blob): Captions {
  const added = append(captions, "note", "", "final");
  return update(added, added.list.at(-1), (caption) => ({ ...caption, picture }));
}

/** Without an answer in this turn the sources open one: code often runs before the first word. */
function addSources(captions: Captions, sources: readonly Source[]): Captions {
  const answer = answersOf(captions).at(-1);
  if (!answer) return addSources(append(captions, "agent", "", "partial"), sources);
  return update(captions, answer, (caption) => ({
    ...caption,
    sources: mergeSources(caption.sources ?? [], sources),
  }));
}

function applyUserTranscript(
  captions: Captions,
  text: string,
  finished: boolean,
  by?: Role,
): Captions {
  const current = captions.list.findLast(
    ({ side, state }) => side === "user" && state === "partial",
  );
  if (current) return update(captions, current, (caption) => extend(caption, text, finished));
  const whole = finished ? text : captions.possibleEcho + text;
  if (finished && isEcho(captions, whole)) return removeEcho(captions, whole);
  if (!finished && mayBecomeEcho(captions, whole)) return { ...captions, possibleEcho: whole };
  const state = finished ? "final" : "partial";
  const answer = answersOf(captions)[0];
  return answer && answer.state !== "interrupted" && !turnHasInput(captions)
    ? insertBefore(captions, answer, { text: whole, state, by })
    : appendUser({ ...captions, possibleEcho: "" }, { text: whole, state, by });
}

function applyTypedText(captions: Captions, text: string, id?: string, by?: Role): Captions {
  const own = id !== undefined && captions.list.some(({ messageId }) => messageId === id);
  if (own) return removeEcho(setMessageState(captions, id, "final"), text);
  return isEcho(captions, text)
    ? removeEcho(captions, text)
    : appendUser(captions, { text, state: "final", by, messageId: id });
}

/** A complete replay replaces the list; queued messages that the replay does not contain move to its end. */
function applyReplay(
  captions: Captions,
  complete: boolean,
  events: readonly ConnectionEvent[],
): Captions {
  const { nextId, turn, list } = captions;
  const base = complete ? { ...emptyCaptions, nextId, turn } : captions;
  const replayed = reorderReplay(events).reduce(reduceCaptions, base);
  const queued = complete ? list.filter(({ state }) => state === "queued") : [];
  const delivered = new Set(replayed.list.map(({ messageId }) => messageId));
  return queued
    .filter(({ messageId }) => messageId === undefined || !delivered.has(messageId))
    .reduce((captions, { text, messageId }) => addTyped(captions, text, true, messageId), replayed);
}

const skippedNote = (ms: number): CaptionNote => ({
  kind: "skipped",
  seconds: Math.max(1, Math.round(ms / 1000)),
});

const transferNote = (agent: string, reason?: string): CaptionNote => ({
  kind: "transferred",
  to: agent.replaceAll("_", " "),
  ...(reason && { reason }),
});

function addNote(captions: Captions, side: Caption["side"], note: CaptionNote): Captions {
  const added = append(captions, side, describeNote(note), "final");
  return update(added, added.list.at(-1), (caption) => ({ ...caption, note }));
}

function describeNote(note: CaptionNote): string {
  switch (note.kind) {
    case "transferred":
      return `Transferred to ${note.to}${note.reason ? `: ${note.reason}` : ""}`;
    case "skipped":
      return `Missed ${note.seconds} s of the voice`;
    case "sentPicture":
      return "Picture";
  }
}

const setMessageState = (captions: Captions, id: string, state: CaptionState): Captions =>
  update(
    captions,
    captions.list.find(({ messageId }) => messageId === id),
    (caption) => ({ ...caption, state }),
  );

function completeTurn(captions: Captions): Captions {
  const { turn } = captions;
  const list = captions.list.map((caption) =>
    caption.state === "partial" && caption.turn <= turn
      ? { ...caption, state: "final" as const }
      : caption,
  );
  const echoes = captions.echoes.filter((echo) => echo.turn > turn);
  return { ...captions, list, turn: turn + 1, turnEndMissing: false, echoes, possibleEcho: "" };
}

const markDelivered = (captions: Captions): Captions => ({
  ...captions,
  list: captions.list.map((caption) =>
    caption.state === "queued" ? { ...caption, state: "final" } : caption,
  ),
});

/** The agent's captions of this turn: usually one, and one more after each tool call. */
const answersOf = ({ list, turn }: Captions): readonly Caption[] =>
  list.filter((caption) => caption.side === "agent" && caption.turn === turn);

/** Once this turn has its user input, further input belongs to the next turn. */
const turnHasInput = ({ list, turn }: Captions): boolean =>
  list.some((caption) => caption.side === "user" && caption.turn === turn);

const nextTurnHasInput = ({ list, turn }: Captions): boolean =>
  list.some(
    (caption) => caption.side === "user" && caption.turn > turn && caption.state === "final",
  );

const extend = (caption: Caption, text: string, finished: boolean): Caption => ({
  ...caption,
  text: removeCjkSpaces(finished ? text : caption.text + text),
  state: finished ? "final" : "partial",
});

/** Appends a caption. User input after the turn's answer has begun opens the next turn. */
function append(
  captions: Captions,
  side: Caption["side"],
  text: string,
  state: CaptionState,
  messageId?: string,
): Captions {
  const turn = captions.turn + (side === "user" && answersOf(captions).length > 0 ? 1 : 0);
  const { nextId: id, speaker } = captions;
  const caption: Caption = {
    id,
    side,
    text: removeCjkSpaces(text),
    state,
    turn,
    ...(messageId !== undefined && { messageId }),
    ...(side === "agent" && speaker !== undefined && { speaker }),
  };
  return {
    ...captions,
    list: [...captions.list, caption].slice(-maxCaptions),
    nextId: captions.nextId + 1,
  };
}

interface UserInput {
  readonly text: string;
  readonly state: CaptionState;
  /** Undefined: this client. */
  readonly by: Role | undefined;
  readonly messageId?: string | undefined;
}

function appendUser(captions: Captions, { text, state, by, messageId }: UserInput): Captions {
  const added = append(captions, "user", text, state, messageId);
  return by ? update(added, added.list.at(-1), (caption) => ({ ...caption, by })) : added;
}

function insertBefore(captions: Captions, next: Caption, input: UserInput): Captions {
  const { nextId: id, turn, list } = captions;
  const { state, by } = input;
  const caption: Caption = {
    id,
    side: "user",
    text: removeCjkSpaces(input.text),
    state,
    turn,
    ...(by && { by }),
  };
  const index = list.indexOf(next);
  return {
    ...captions,
    list: [...list.slice(0, index), caption, ...list.slice(index)],
    nextId: id + 1,
    possibleEcho: "",
  };
}

const update = (
  captions: Captions,
  target: Caption | undefined,
  change: (caption: Caption) => Caption,
): Captions => ({
  ...captions,
  list: captions.list.map((caption) => (caption === target ? change(caption) : caption)),
});

const isEcho = ({ echoes }: Captions, text: string): boolean =>
  echoes.some(({ letters }) => letters === lettersOf(text));

const mayBecomeEcho = ({ echoes }: Captions, text: string): boolean =>
  lettersOf(text) !== "" && echoes.some(({ letters }) => letters.startsWith(lettersOf(text)));

const removeEcho = (captions: Captions, text: string): Captions => ({
  ...captions,
  echoes: captions.echoes.filter(({ letters }) => letters !== lettersOf(text)),
  possibleEcho: "",
});

const lettersOf = (text: string): string => text.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, "");

const cjk = String.raw`[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]`;
const cjkSpaces = new RegExp(`(?<=${cjk}) +(?=${cjk})`, "gu");

/** Speech recognisers put spaces between characters of scripts that are written without them. */
const removeCjkSpaces = (text: string): string => text.replaceAll(cjkSpaces, "");
