/** Who talks, in which conversation, with which agent: from the page's address, else remembered. */

import { isRole, type Role } from "../wire/parley-v1.ts";

export interface Identity {
  readonly user: string;
  readonly session: string;
  /** The server's default when absent. */
  readonly agent?: string;
}

/** The part of `localStorage` that is used; a browser may refuse even that. */
export type KeyValueStorage = Pick<Storage, "getItem" | "setItem">;

const userKey = "parley.user";
const sessionKey = "parley.session";

/**
 * `?user=&session=&agent=` are honoured as they are. What is missing is made up once and
 * remembered, so that a reload stays in the same conversation.
 */
export function identify(
  query: URLSearchParams,
  memory: KeyValueStorage,
  random: () => string,
): Identity {
  const agent = query.get("agent");
  return {
    user: query.get("user") || remembered(memory, userKey, () => `guest-${random()}`),
    session: query.get("session") || remembered(memory, sessionKey, random),
    ...(agent && { agent }),
  };
}

/** The same person and agent in a conversation of its own, remembered from now on. */
export function withNewConversation(
  identity: Identity,
  memory: KeyValueStorage,
  random: () => string,
): Identity {
  const session = random();
  writeItem(memory, sessionKey, session);
  return { ...identity, session };
}

/** Where the conversation is. @param role asked for; a token may grant less. */
export function socketUrl(origin: string, { user, session, agent }: Identity, role?: Role): string {
  const path = `/ws/${encodeURIComponent(user)}/${encodeURIComponent(session)}`;
  const url = new URL(path, origin.replace(/^http/, "ws"));
  if (agent) url.searchParams.set("agent", agent);
  if (role) url.searchParams.set("role", role);
  return url.href;
}

/** What this page wishes to be: `?role=`. */
export function readRequestedRole(query: URLSearchParams): Role | undefined {
  const role = query.get("role");
  return isRole(role) ? role : undefined;
}

/** The token that lets this page in where the server asks for one: `#token=…`, which no server sees. */
export const readToken = (hash: string): string | undefined =>
  new URLSearchParams(hash.replace(/^#/, "")).get("token") ?? undefined;

/** 80 random bits in the letters that every id may have. */
export const randomId = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => (byte % 32).toString(32)).join(
    "",
  );

/** The browser's memory; where it refuses even to be asked, one that lasts as long as the page. */
export function openBrowserStorage(): KeyValueStorage {
  try {
    return localStorage;
  } catch {
    const items = new Map<string, string>();
    return {
      getItem: (key) => items.get(key) ?? null,
      setItem: (key, value) => void items.set(key, value),
    };
  }
}

function remembered(memory: KeyValueStorage, key: string, make: () => string): string {
  const known = readItem(memory, key);
  if (known) return known;
  const made = make();
  writeItem(memory, key, made);
  return made;
}

function readItem(memory: KeyValueStorage, key: string): string | null {
  try {
    return memory.getItem(key);
  } catch {
    return null;
  }
}

function writeItem(memory: KeyValueStorage, key: string, value: string): void {
  try {
    memory.setItem(key, value);
  } catch {
    // A private window: the conversation lasts as long as the page.
  }
}
