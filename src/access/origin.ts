/** Which web pages may open a socket: those of this server, and those the operator lists. */
import { clientError, type ClientError } from "../core/errors.ts";

/**
 * Judges a request's Origin. Programs send none and pass; browsers always do.
 * @param allowed whole origins, such as "https://shop.example".
 */
export function checkOrigin(request: Request, allowed: readonly string[]): ClientError | undefined {
  const origin = request.headers.get("origin");
  if (origin === null || origin === new URL(request.url).origin || allowed.includes(origin))
    return undefined;
  return clientError(
    "FORBIDDEN_ORIGIN",
    "Pages of this origin may not connect. Whoever runs this server can list it in ALLOWED_ORIGINS.",
  );
}
