/** Who calls: the credential of an upgrade request, and what is wrong with it. Any key passes but two famous ones. */
import { type Close, closes } from "./close-codes.ts";
import type { Endpoint } from "./endpoint.ts";
import type { UpgradeRequest } from "../connection/socket.ts";
import type { EphemeralToken, EphemeralTokenRegistry } from "../tokens/tokens.ts";

/** The first carrier that is filled: `key`, `access_token`, `x-goog-api-key`, `Authorization: Token|Bearer …`. */
export function readCredential(request: UpgradeRequest): string | undefined {
  const carriers = [
    request.query.get("key"),
    request.query.get("access_token"),
    bare(request.headers.get("authorization")),
    request.headers.get("x-goog-api-key"),
  ];
  return carriers.find((carrier) => carrier !== undefined && carrier !== "");
}

function bare(header: string | undefined): string | undefined {
  return header?.replace(/^(token|bearer)\s+/i, "").trim();
}

export type AuthResult =
  | { readonly token: EphemeralToken | undefined }
  | { readonly refusal: Close };

/** A refusal comes after the upgrade. Tokens are good on `…Constrained`, and nothing else is. */
export function authenticate(
  credential: string | undefined,
  { constrained }: Endpoint,
  { tokens, now }: { tokens: EphemeralTokenRegistry; now: number },
): AuthResult {
  if (credential === undefined) return { refusal: closes.noIdentity };
  if (credential === "expired") return { refusal: closes.keyExpired };
  const isToken = credential.startsWith("auth_tokens/");
  if (credential === "invalid" || isToken !== constrained) return { refusal: closes.keyNotValid };
  if (!isToken) return { token: undefined };
  const token = tokens.find(credential);
  if (token === undefined) return { refusal: closes.keyNotValid };
  return now < token.expiresAt ? { token } : { refusal: closes.keyExpired };
}
