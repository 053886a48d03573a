/** The claims of a token, as far as a client needs them. It does not verify the signature: the server does. */
import { fromBase64 } from "../connection/base64.ts";

/** @returns none for a text that is no JWT. */
export function readClaims(token = ""): Readonly<Record<string, unknown>> {
  try {
    const [, body = ""] = token.split(".");
    const claims: unknown = JSON.parse(new TextDecoder().decode(fromBase64(body)));
    return { ...(claims as object) };
  } catch {
    return {};
  }
}
