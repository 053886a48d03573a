/** The telephone call that a conversation is: that it is on, and what its stream must come with. Outlives the object. */

interface ExpectedStream {
  readonly token: string;
  /** The token is good until then, in ms; once. */
  readonly until: number;
}

const key = "call";
const tokenLifetimeMs = 60_000;

/**
 * A stream is about to come with a token, within a minute.
 * @param again there was one before, and it broke. @returns false when the call is over, or never was.
 */
export function expectStream(
  { kv }: Pick<DurableObjectStorage, "kv">,
  token: string,
  again: boolean,
  now: number,
): boolean {
  if (again && kv.get(key) === undefined) return false;
  kv.put<ExpectedStream>(key, { token, until: now + tokenLifetimeMs });
  return true;
}

/** @returns whether a stream with this token is the one that is expected. It is so once. */
export function admitStream(
  { kv }: Pick<DurableObjectStorage, "kv">,
  token: string,
  now: number,
): boolean {
  const kept = kv.get<ExpectedStream>(key);
  if (!kept || now >= kept.until || !timingSafeEqual(token, kept.token)) return false;
  kv.put<ExpectedStream>(key, { ...kept, until: 0 });
  return true;
}

/** Whoever comes again is told that it is over. */
export const endCall = ({ kv }: Pick<DurableObjectStorage, "kv">): void => void kv.delete(key);

/** In time that does not depend on where they differ. */
function timingSafeEqual(a: string, b: string): boolean {
  let difference = a.length ^ b.length;
  for (let at = 0; at < a.length; at++) difference |= a.charCodeAt(at) ^ b.charCodeAt(at);
  return difference === 0;
}
