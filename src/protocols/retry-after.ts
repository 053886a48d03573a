import type { ClientError } from "../core/errors.ts";

/** `Retry-After` (RFC 9110, 10.2.3), where the time is known. */
export const retryHeaders = ({
  retryAfterS,
}: Pick<ClientError, "retryAfterS">): Record<string, string> =>
  retryAfterS === undefined ? {} : { "retry-after": String(retryAfterS) };
