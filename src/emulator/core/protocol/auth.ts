/** Authenticates an upgrade request. Every key is valid except "invalid" and "expired". */
import { type Close, closes } from "./close-codes.ts";
import type { Endpoint } from "./endpoint.ts";
import type { UpgradeRequest } from "../connection/socket.ts";
import type { EphemeralToken, EphemeralTokenRegistry } from "../tokens/tokens.ts";

/** The first non-empty of `key`, `access_token`, `Authorization: Token|Bearer …` and `x-goog-api-key`. */
export function readCredential(request: UpgradeRequest): string | undefined {
  const carriers = [
    request.query.get("key"),
    request.query.get("access_token"),
    withoutScheme(request.headers.get("authorization")),
    request.headers.get("x-goog-api-key"),
  ];
  return carriers.find((carrier) => carrier !== undefined && carrier !== "");
}

function withoutScheme(header: string | undefined): string | undefined {
  return header?.replace(/^(token|bearer)\s+/i, "").trim();
}

export type AuthResult =
  | { readonly token: EphemeralToken | undefined }
  | { readonly refusal: Close };

/** The refusal is a close after the upgrade. Ephemeral tokens are valid only on `…Constrained`, keys only elsewhere. */
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
