/**
 * The scopes of session state, as ADK's: a key's prefix says who shares it.
 *
 *     name        this conversation
 *     user:name   all conversations of the user with the app
 *     app:name    everybody's conversations with the app
 *     temp:name   this run of the conversation; never kept, never told
 */

export type Scope = "session" | "user" | "app" | "temp";

/** The scopes that outlive a conversation, and so are kept in the directory. */
export type Shared = "user" | "app";

/** What changes, by key; null removes a key. */
export type Delta = Readonly<Record<string, unknown>>;

export const scopeOf = (key: string): Scope =>
  (/^(user|app|temp):/.exec(key)?.[1] as Scope | undefined) ?? "session";

export const isShared = (scope: Scope): scope is Shared => scope === "user" || scope === "app";

/** The part of a delta that is told and kept: all but `temp:`. */
export const lasting = (delta: Delta): Delta =>
  Object.fromEntries(Object.entries(delta).filter(([key]) => scopeOf(key) !== "temp"));

export const longestKey = 128;
export const mostKeys = 100;
/** Of a delta that a client sends, in characters of JSON. */
export const longestDelta = 64 * 1024;

/**
 * Why a client may not make this change, in words; undefined when it may.
 *
 * What every user of an app shares is written by its tools alone: whoever holds one user's token must
 * not speak for the others.
 */
export function objectionTo(delta: Delta): string | undefined {
  const keys = Object.keys(delta);
  if (keys.length > mostKeys)
    return `it has ${keys.length} keys, and at most ${mostKeys} are taken`;
  const long = keys.find((key) => key.length === 0 || key.length > longestKey);
  if (long !== undefined)
    return `a key has ${long.length} characters, and 1 to ${longestKey} are taken`;
  const foreign = keys.find((key) => scopeOf(key) === "app");
  if (foreign !== undefined)
    return `"${foreign}" is shared by all users of the app, and only its tools may write that`;
  const length = JSON.stringify(delta).length;
  if (length > longestDelta)
    return `it has ${length} characters, and at most ${longestDelta} are taken`;
  return undefined;
}
