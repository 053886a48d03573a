/** Who calls: the credential of an upgrade request, and what is wrong with it. Any key passes but two famous ones. */
import { type Close, closes } from "./closes.ts";
import type { UpgradeRequest } from "./socket.ts";

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

/** The refusal, which comes after the upgrade; undefined when the credential is good. */
export function judge(credential: string | undefined): Close | undefined {
  if (credential === undefined) return closes.noIdentity;
  if (credential === "invalid") return closes.keyNotValid;
  return credential === "expired" ? closes.keyExpired : undefined;
}
