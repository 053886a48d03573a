/** The phone call of a conversation, and the token that its media stream must present; survives a restart of the object. */

interface ExpectedStream {
  readonly token: string;
  /** Expiry, in ms since the epoch; 0 once the token is used. */
  readonly until: number;
}

const key = "call";
const tokenLifetimeMs = 60_000;

/**
 * Expects a stream that presents the token within a minute.
 * @param reconnect an earlier stream of the call broke. @returns false if `reconnect` is set and there is no call.
 */
export function expectStream(
  { kv }: Pick<DurableObjectStorage, "kv">,
  token: string,
  reconnect: boolean,
  now: number,
): boolean {
  if (reconnect && kv.get(key) === undefined) return false;
  kv.put<ExpectedStream>(key, { token, until: now + tokenLifetimeMs });
  return true;
}

/** @returns whether the token is the expected one. It is valid once. */
export function admitStream(
  { kv }: Pick<DurableObjectStorage, "kv">,
  token: string,
  now: number,
): boolean {
  const expected = kv.get<ExpectedStream>(key);
  if (!expected || now >= expected.until || !timingSafeEqual(token, expected.token)) return false;
  kv.put<ExpectedStream>(key, { ...expected, until: 0 });
  return true;
}

/** A later reconnect of the call must fail. */
export const endCall = ({ kv }: Pick<DurableObjectStorage, "kv">): void => void kv.delete(key);

/** Takes a time that does not depend on the position of a difference. */
function timingSafeEqual(a: string, b: string): boolean {
  let difference = a.length ^ b.length;
  for (let index = 0; index < a.length; index++)
    difference |= a.charCodeAt(index) ^ b.charCodeAt(index);
  return difference === 0;
}
