/** A conversation as its user's directory lists it. */
import type { Event } from "../../wire/adk.ts";
import type { StateDelta } from "./session-state.ts";

export interface SessionSummary {
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
export interface DirectoryUpdate {
  readonly entry?: SessionSummary;
  /** null removes a key. */
  readonly state?: StateDelta;
}

/** A directory, as a conversation sees it from elsewhere. */
export interface DirectoryRemote {
  note(note: DirectoryUpdate): Promise<void>;
  remove(session: string): Promise<void>;
  entries(): Promise<SessionSummary[]>;
  state(): Promise<Record<string, unknown>>;
}

const maxTitleCharacters = 60;

/** The words of a user's event on one line, cut to 60 characters; "" when it has none. */
export function titleOf(event: Event | undefined): string {
  const typed = event?.content?.parts?.find((part) => part.text !== undefined)?.text;
  const words = (typed ?? event?.inputTranscription?.text ?? "").trim().replaceAll(/\s+/g, " ");
  const letters = Array.from(words);
  return letters.length > maxTitleCharacters
    ? `${letters.slice(0, maxTitleCharacters - 1).join("")}…`
    : words;
}

/** In characters of JSON: what a list of a thousand conversations can carry for each. */
const maxListedStateCharacters = 4 * 1024;

const sessionNameKey = "__session_metadata__";

/** What of a conversation's state is listed. ADK's page keeps a session's name in it. */
export function listedState(state: Record<string, unknown>): Record<string, unknown> {
  if (JSON.stringify(state).length <= maxListedStateCharacters) return state;
  const name = state[sessionNameKey];
  return name !== undefined && JSON.stringify(name).length <= maxListedStateCharacters
    ? { [sessionNameKey]: name }
    : {};
}
