/** Which web pages may connect: this server's own, and those of the origins that the operator lists. */
import { clientError, type ClientError } from "../core/errors.ts";

/**
 * Checks a request's Origin header. Browsers always send one; other programs send none and pass.
 * @param allowed whole origins, such as "https://shop.example".
 */
export function checkOrigin(request: Request, allowed: readonly string[]): ClientError | undefined {
  const origin = request.headers.get("origin");
  if (origin === null || origin === new URL(request.url).origin || allowed.includes(origin))
    return undefined;
  return clientError(
    "FORBIDDEN_ORIGIN",
    "Pages of this origin may not connect. The operator of this server can list it in ALLOWED_ORIGINS.",
  );
}
