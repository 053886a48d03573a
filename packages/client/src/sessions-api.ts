/** The conversations of a user, by the server's session routes (docs/protocol.md, "ADK sessions"). */
import type { Event } from "../../../src/wire/adk.ts";

export interface SessionOwner {
  /** The agent's name. */
  readonly app: string;
  readonly user: string;
  readonly token?: string | undefined;
}

export interface StoredSession {
  readonly id: string;
  /** As a user named it; otherwise the user's first words. Empty if there are none. */
  readonly title: string;
  readonly turns: number;
  /** Ms since the epoch. */
  readonly updatedAt: number;
}

export interface SessionList {
  /** The one that was updated last is the first. */
  readonly sessions: readonly StoredSession[];
  readonly total: number;
  /** For the next page; undefined on the last. */
  readonly next: string | undefined;
}

/** ADK's page keeps a session's name in this key of its state, too. */
const nameKey = "__session_metadata__";

const pageSize = 20;

/** @throws Error in words for the user, as do the other functions. */
export async function listSessions(owner: SessionOwner, page?: string): Promise<SessionList> {
  const query = new URLSearchParams({ titles: "1", limit: `${pageSize}` });
  if (page) query.set("page_token", page);
  const response = await request(owner, `?${query}`);
  const sessions = (await response.json()) as readonly ListedSession[];
  return {
    sessions: sessions.map(storedSession).sort((a, b) => b.updatedAt - a.updatedAt),
    total: Number(response.headers.get("x-total-count") ?? sessions.length),
    next: response.headers.get("x-next-page-token") ?? undefined,
  };
}

export async function readSessionEvents(
  owner: SessionOwner,
  session: string,
): Promise<readonly Event[]> {
  const response = await request(owner, `/${encodeURIComponent(session)}`);
  return ((await response.json()) as { events: readonly Event[] }).events;
}

export async function renameSession(
  owner: SessionOwner,
  session: string,
  name: string,
): Promise<void> {
  const stateDelta = { [nameKey]: { displayName: name } };
  await request(owner, `/${encodeURIComponent(session)}`, {
    method: "PATCH",
    body: JSON.stringify({ stateDelta }),
  });
}

/** For good, with all that it holds. Its clients are disconnected. */
export async function deleteSession(owner: SessionOwner, session: string): Promise<void> {
  await request(owner, `/${encodeURIComponent(session)}`, { method: "DELETE" });
}

interface ListedSession {
  readonly id: string;
  readonly state: Readonly<Record<string, unknown>>;
  /** Seconds. */
  readonly lastUpdateTime: number;
  readonly title?: string;
  readonly turns?: number;
}

function storedSession({ id, state, lastUpdateTime, title = "", turns = 0 }: ListedSession) {
  const { displayName } = Object(state[nameKey]) as { displayName?: unknown };
  const name = typeof displayName === "string" ? displayName.trim() : "";
  return { id, title: name || title, turns, updatedAt: lastUpdateTime * 1_000 };
}

async function request(
  { app, user, token }: SessionOwner,
  path: string,
  init: RequestInit = {},
): Promise<Response> {
  const base = `/apps/${encodeURIComponent(app)}/users/${encodeURIComponent(user)}/sessions`;
  const headers = {
    "content-type": "application/json",
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
  };
  const response = await fetch(base + path, { ...init, headers }).catch(() => undefined);
  if (!response)
    throw new SessionsError(
      "The server cannot be reached. Nothing was changed; try again.",
      "UNREACHABLE",
    );
  if (!response.ok) throw await errorOf(response);
  return response;
}

/** A list or a change of conversations failed. `code`: the message is the client's, and not the server's. */
export class SessionsError extends Error {
  readonly code: "UNREACHABLE" | "HTTP_ERROR" | undefined;

  constructor(message: string, code?: SessionsError["code"]) {
    super(message);
    this.code = code;
  }
}

async function errorOf(response: Response): Promise<SessionsError> {
  try {
    const { detail } = (await response.json()) as { detail?: unknown };
    if (typeof detail === "string") return new SessionsError(detail);
  } catch {
    // No JSON: a proxy answered.
  }
  return new SessionsError(
    `The server answered with ${response.status}. Nothing was changed; try again.`,
    "HTTP_ERROR",
  );
}
