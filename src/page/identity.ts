/** The user, the session and the agent of this page: from its address, otherwise from browser storage. */

import {
  turnTakings,
  type ConversationAddress,
  type TurnTaking,
} from "../../packages/client/src/index.ts";
import { isRole, type Role } from "../wire/parley-v1.ts";
import { idFromQuery } from "../wire/query-id.ts";
import { strings } from "./language/strings.ts";
import { displayName } from "./view/display-name.ts";

export type Identity = ConversationAddress;

/** The used part of `localStorage`. Both methods may throw, for example in a private window. */
export type KeyValueStorage = Pick<Storage, "getItem" | "setItem">;

const userKey = "parley.user";
const generatedPrefix = "guest-";
const sessionKey = "parley.session";

/**
 * Reads `?user=&session=&agent=`, the search of the page's address. Generates a missing user or session once and stores it, so that a reload stays in
 * the same conversation.
 */
export function identify(search: string, storage: KeyValueStorage, random: () => string): Identity {
  const agent = idFromQuery(search, "agent");
  return {
    user:
      idFromQuery(search, "user") ||
      readOrCreate(storage, userKey, () => generatedPrefix + random()),
    session: idFromQuery(search, "session") || readOrCreate(storage, sessionKey, random),
    ...(agent && { agent }),
  };
}

/** The same user and agent in another session, which is stored as the current one. */
export function withConversation(
  identity: Identity,
  storage: KeyValueStorage,
  session: string,
): Identity {
  writeItem(storage, sessionKey, session);
  return { ...identity, session };
}

/** Updates the user and the session only where the address names them: otherwise browser storage has them. */
export function addressOf({ user, session, agent }: Identity): string {
  const url = new URL(location.href);
  if (url.searchParams.has("user")) url.searchParams.set("user", user);
  if (url.searchParams.has("session")) url.searchParams.set("session", session);
  if (agent) url.searchParams.set("agent", agent);
  return url.href;
}

export const conversationKey = ({ user, session, agent }: Identity): string =>
  JSON.stringify([agent ?? "", user, session]);

/** A name for display; generated users have none. */
export const nameOfUser = ({ user }: Identity): string =>
  user.startsWith(generatedPrefix) ? strings().people.visitor : displayName(user);

/** Reads `?role=`. */
export function readRequestedRole(query: URLSearchParams): Role | undefined {
  const role = query.get("role");
  return isRole(role) ? role : undefined;
}

/** `?opus=1`: the page offers Opus where the browser has it. */
export const readWantsOpus = (query: URLSearchParams): boolean => query.get("opus") === "1";

/** Reads `?turns=`, which comes before the user's setting. */
export function readTurnTaking(query: URLSearchParams): TurnTaking | undefined {
  const wanted = query.get("turns");
  return turnTakings.find((each) => each === wanted);
}

const tokenKey = "parley.token";

/**
 * Takes `#token=…` out of the page's address, and keeps it for a reload of the tab. Browsers do not send the fragment, so that
 * the token stays out of server logs; out of the address, it is in no history, bookmark or copied link either.
 */
export function takeToken(
  { hash, pathname, search }: Pick<Location, "hash" | "pathname" | "search">,
  history: Pick<History, "state" | "replaceState">,
  storage: KeyValueStorage,
): string | undefined {
  const fragment = new URLSearchParams(hash.replace(/^#/, ""));
  const token = fragment.get("token");
  if (token === null) return readItem(storage, tokenKey) ?? undefined;
  writeItem(storage, tokenKey, token);
  fragment.delete("token");
  const rest = fragment.toString();
  history.replaceState(history.state, "", pathname + search + (rest && `#${rest}`));
  return token;
}

/** Keeps a token that the person typed, for a reload of the tab. */
export const keepToken = (storage: KeyValueStorage, token: string): void =>
  writeItem(storage, tokenKey, token);

/** `localStorage`, or memory where the browser throws on access to it. */
export const openBrowserStorage = (): KeyValueStorage => storageOrMemory(() => localStorage);

/** `sessionStorage`, which ends with the tab, or memory. */
export const sessionStorageOrMemory = (): KeyValueStorage => storageOrMemory(() => sessionStorage);

function storageOrMemory(open: () => KeyValueStorage): KeyValueStorage {
  try {
    return open();
  } catch {
    const items = new Map<string, string>();
    return {
      getItem: (key) => items.get(key) ?? null,
      setItem: (key, value) => void items.set(key, value),
    };
  }
}

function readOrCreate(storage: KeyValueStorage, key: string, create: () => string): string {
  const stored = readItem(storage, key);
  if (stored) return stored;
  const created = create();
  writeItem(storage, key, created);
  return created;
}

function readItem(storage: KeyValueStorage, key: string): string | null {
  try {
    return storage.getItem(key);
  } catch {
    return null;
  }
}

function writeItem(storage: KeyValueStorage, key: string, value: string): void {
  try {
    storage.setItem(key, value);
  } catch {
    // Private window: the identity lasts as long as the page.
  }
}
