/** The summary of a conversation in its user's directory. */
import type { Event } from "../../wire/adk.ts";
import type { ClientError } from "../errors.ts";
import type { StateDelta } from "./session-state.ts";

export interface SessionSummary {
  readonly session: string;
  /** Milliseconds since the epoch, like `updated`. */
  readonly created: number;
  /** When the last event was recorded. */
  readonly updated: number;
  /** The agent that spoke last, else the root agent. */
  readonly agent: string;
  /** The user's first text; "" while there is none. */
  readonly title: string;
  readonly turns: number;
  /** The conversation's own state; of a large one only the name that ADK's page gave the session. */
  readonly state: Readonly<Record<string, unknown>>;
}

/** An update of the directory by a conversation. It is idempotent. */
export interface DirectoryUpdate {
  readonly entry?: SessionSummary;
  /** null removes a key. */
  readonly state?: StateDelta;
  /** When the conversation was created, in ms since the epoch. */
  readonly created?: number;
}

/** Where a page of a user's list ends: its least recently updated conversation. */
interface SessionPageEnd {
  /** Milliseconds since the epoch. */
  readonly updated: number;
  readonly session: string;
}

export interface SessionPageRequest {
  /** At most `maxListedSessions`, which is the default. */
  readonly limit?: number | undefined;
  /** The end of the page before. */
  readonly after?: SessionPageEnd | undefined;
}

/** A page of a user's list: the most recently updated conversations, in order of creation. */
export interface SessionPage {
  readonly sessions: readonly SessionSummary[];
  /** Undefined on the last page. */
  readonly next: SessionPageEnd | undefined;
  /** How many conversations the user has. */
  readonly total: number;
}

export const maxListedSessions = 1000;

/** A client that reads a list, to whom each entry is sent with more than the directory has. */
export interface ListReader {
  /** Undefined: it is not counted. */
  readonly key: string | undefined;
  readonly bytesEach: number;
}

/** A client that begins something, as a directory counts it. */
export interface CountedClient {
  /** Undefined: it is not counted. */
  readonly key: string | undefined;
  /** How many such clients may begin in a minute. */
  readonly perMinute: number;
}

/** The interface of a directory to its conversations, by RPC. */
export interface DirectoryRemote {
  note(note: DirectoryUpdate): Promise<void>;
  /** @param keepMs how long the state and the files of a user without conversations are kept; undefined: for ever. */
  remove(session: string, keepMs: number | undefined): Promise<void>;
  list(request?: SessionPageRequest): Promise<SessionPage>;
  /** Why a client may not read the list; undefined if it may. @param key as of `ListReader`. */
  readingError(key: string | undefined): Promise<ClientError | undefined>;
  /** A page for a client, whom it costs what it weighs. */
  read(request: SessionPageRequest, reader: ListReader): Promise<SessionPage | ClientError>;
  /** Counts an artifact of the user that a client saves or deletes. @returns the error if there are too many. */
  artifactChangeError(key: string | undefined, bytes: number): Promise<ClientError | undefined>;
  state(): Promise<Record<string, unknown>>;
  admitCall(perMinute: number): Promise<boolean>;
  /** Counts a conversation that a client begins. @param most that the user may have. @returns as `Directory.admitConversation`. */
  admitConversation(client: CountedClient, most: number): Promise<number | "full">;
}

const maxTitleCharacters = 60;

/** The text of a user's event on one line, cut to 60 characters; "" when it has none. */
export function titleOf(event: Event | undefined): string {
  const typed = event?.content?.parts?.find((part) => part.text !== undefined)?.text;
  const text = (typed ?? event?.inputTranscription?.text ?? "").trim().replaceAll(/\s+/g, " ");
  const letters = Array.from(text);
  return letters.length > maxTitleCharacters
    ? `${letters.slice(0, maxTitleCharacters - 1).join("")}…`
    : text;
}

/** In characters of JSON, so that a list of a thousand conversations can be sent. */
const maxListedStateCharacters = 4 * 1024;

const sessionNameKey = "__session_metadata__";

/** The part of a conversation's state that is listed. ADK's page stores a session's name in it. */
export function listedState(state: Record<string, unknown>): Record<string, unknown> {
  if (JSON.stringify(state).length <= maxListedStateCharacters) return state;
  const name = state[sessionNameKey];
  return name !== undefined && JSON.stringify(name).length <= maxListedStateCharacters
    ? { [sessionNameKey]: name }
    : {};
}
