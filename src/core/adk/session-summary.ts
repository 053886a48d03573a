/** A conversation as its user's directory lists it. */
import type { Event } from "../../wire/adk.ts";
import type { Delta } from "./session-state.ts";

export interface Entry {
  readonly session: string;
  /** Milliseconds since the epoch, like `updated`. */
  readonly created: number;
  /** When the last event was kept. */
  readonly updated: number;
  /** Whoever spoke last, else the root agent. */
  readonly agent: string;
  /** The user's first words; "" while there are none. */
  readonly title: string;
  readonly turns: number;
  /** The conversation's own state; of a large one only the name that ADK's page gave it. */
  readonly state: Readonly<Record<string, unknown>>;
}

/** What a conversation tells its directory. Telling it twice changes nothing. */
export interface Note {
  readonly entry?: Entry;
  /** null removes a key. */
  readonly state?: Delta;
}

/** A directory, as a conversation sees it from elsewhere. */
export interface Listing {
  note(note: Note): Promise<void>;
  remove(session: string): Promise<void>;
  entries(): Promise<Entry[]>;
  state(): Promise<Record<string, unknown>>;
}

const longestTitle = 60;

/** The words of a user's event on one line, cut to 60 characters; "" when it has none. */
export function titleOf(event: Event | undefined): string {
  const typed = event?.content?.parts?.find((part) => part.text !== undefined)?.text;
  const words = (typed ?? event?.inputTranscription?.text ?? "").trim().replaceAll(/\s+/g, " ");
  const letters = Array.from(words);
  return letters.length > longestTitle ? `${letters.slice(0, longestTitle - 1).join("")}…` : words;
}

/** In characters of JSON: what a list of a thousand conversations can carry for each. */
const longestListedState = 4 * 1024;

const named = "__session_metadata__";

/** What of a conversation's state is listed. ADK's page keeps a session's name in it. */
export function listedState(state: Record<string, unknown>): Record<string, unknown> {
  if (JSON.stringify(state).length <= longestListedState) return state;
  const name = state[named];
  return name !== undefined && JSON.stringify(name).length <= longestListedState
    ? { [named]: name }
    : {};
}
