/**
 * The scopes of session state, as in ADK: the prefix of a key is its scope.
 *
 *     name        this conversation
 *     user:name   all conversations of the user with the app
 *     app:name    all conversations of all users with the app
 *     temp:name   this life of the conversation in memory; never stored, never published
 */

export type StateScope = "session" | "user" | "app" | "temp";

/** The scopes that outlive a conversation, and so are stored in the directory. */
export type SharedScope = "user" | "app";

/** The changed values by key; null removes a key. */
export type StateDelta = Readonly<Record<string, unknown>>;

export const scopeOf = (key: string): StateScope =>
  (/^(user|app|temp):/.exec(key)?.[1] as StateScope | undefined) ?? "session";

export const isSharedScope = (scope: StateScope): scope is SharedScope =>
  scope === "user" || scope === "app";

/** The part of a delta that is published and stored: all but `temp:`. */
export const withoutTemporaryKeys = (delta: StateDelta): StateDelta =>
  Object.fromEntries(Object.entries(delta).filter(([key]) => scopeOf(key) !== "temp"));

const maxKeyCharacters = 128;
const maxKeys = 100;
/** Of a delta that a client sends, in characters of JSON. */
const maxDeltaCharacters = 64 * 1024;

/**
 * Why a client may not make a change, as a text; undefined when it may.
 *
 * Only tools may write state that all users of an app share: a client with one user's token must not act for the others.
 */
export function invalidDeltaReason(delta: StateDelta): string | undefined {
  const keys = Object.keys(delta);
  if (keys.length > maxKeys) return `it has ${keys.length} keys, and at most ${maxKeys} are taken`;
  const long = keys.find((key) => key.length === 0 || key.length > maxKeyCharacters);
  if (long !== undefined)
    return `a key has ${long.length} characters, and 1 to ${maxKeyCharacters} are taken`;
  const foreign = keys.find((key) => scopeOf(key) === "app");
  if (foreign !== undefined)
    return `"${foreign}" is shared by all users of the app, and only its tools may write that`;
  const length = JSON.stringify(delta).length;
  if (length > maxDeltaCharacters)
    return `it has ${length} characters, and at most ${maxDeltaCharacters} are taken`;
  return undefined;
}
