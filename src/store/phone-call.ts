/** The phone call of a conversation, and the token that its media stream must present; survives a restart of the object. */

interface ExpectedStream {
  readonly token: string;
  /** The names that the provider has for the call; absent in what an earlier version stored. */
  readonly ids?: readonly string[];
  /** Expiry, in ms since the epoch; 0 once the token is used. */
  readonly until: number;
}

type Storage = Pick<DurableObjectStorage, "kv">;

interface StoredDial extends DialTarget {
  /** The provider has the target. */
  readonly dialled: boolean;
}

/** Another telephone that the caller is connected to. */
interface DialTarget {
  /** A number, or a SIP address. */
  readonly to: string;
  /** The name that the agent knows it by. */
  readonly name: string;
}

const key = "call";
const dialKey = "call dial";
const noteKey = "call note";
const tokenLifetimeMs = 60_000;

/**
 * Expects a stream that presents the token within a minute.
 * @param reconnect an earlier stream of the call broke. @returns false if `reconnect` is set and there is no call.
 */
export function expectStream(
  { kv }: Storage,
  { token, ids }: { readonly token: string; readonly ids: readonly string[] },
  reconnect: boolean,
  now: number,
): boolean {
  if (reconnect && kv.get(key) === undefined) return false;
  kv.put<ExpectedStream>(key, { token, ids, until: now + tokenLifetimeMs });
  return true;
}

/** The provider gets the target when it asks how the call goes on. */
export const requestDial = ({ kv }: Storage, target: DialTarget): void =>
  kv.put<StoredDial>(dialKey, { ...target, dialled: false });

/** @returns the target that the call is to be connected to, once. */
export function startDial({ kv }: Storage): DialTarget | undefined {
  const dial = kv.get<StoredDial>(dialKey);
  if (!dial || dial.dialled) return undefined;
  kv.put<StoredDial>(dialKey, { ...dial, dialled: true });
  return dial;
}

/** @returns the target whose dialling is over; undefined if none was dialled. */
export function finishDial({ kv }: Storage): DialTarget | undefined {
  const dial = kv.get<StoredDial>(dialKey);
  if (!dial?.dialled) return undefined;
  kv.delete(dialKey);
  return dial;
}

/** A text for the model when the caller's next stream starts. */
export const storeNote = ({ kv }: Storage, note: string): void => kv.put(noteKey, note);

export function takeNote({ kv }: Storage): string | undefined {
  const note = kv.get<string>(noteKey);
  kv.delete(noteKey);
  return note;
}

/** Whether a stream may come now. It proves by its `start` that it is the one. */
export const isStreamExpected = ({ kv }: Storage, now: number): boolean =>
  (kv.get<ExpectedStream>(key)?.until ?? 0) > now;

/** @returns whether token and call are the expected ones. A token is valid once. */
export function admitStream(
  { kv }: Storage,
  { token, call }: { readonly token: string; readonly call: string },
  now: number,
): boolean {
  const expected = kv.get<ExpectedStream>(key);
  if (!expected || now >= expected.until || !expected.ids?.includes(call)) return false;
  if (!timingSafeEqual(token, expected.token)) return false;
  kv.put<ExpectedStream>(key, { ...expected, until: 0 });
  return true;
}

/** Ends a call whose stream has not come. @returns when to look again, in ms since the epoch; undefined if there is no need. */
export function endLateCall({ kv }: Storage, now: number): number | undefined {
  const until = kv.get<ExpectedStream>(key)?.until ?? 0;
  if (until > now) return until;
  if (until > 0) endCall({ kv });
  return undefined;
}

/** A later reconnect of the call must fail. */
export function endCall({ kv }: Storage): void {
  for (const each of [key, dialKey, noteKey]) kv.delete(each);
}

/** Takes a time that does not depend on the position of a difference. */
function timingSafeEqual(a: string, b: string): boolean {
  let difference = a.length ^ b.length;
  for (let index = 0; index < a.length; index++)
    difference |= a.charCodeAt(index) ^ b.charCodeAt(index);
  return difference === 0;
}
