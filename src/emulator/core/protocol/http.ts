/** Plain HTTP of the Live API: there is one path, on which tokens are minted. */
import { readCredential } from "./auth.ts";
import { readFrame } from "./frames.ts";
import { closes } from "./close-codes.ts";
import type { Random } from "../ports.ts";
import type { UpgradeRequest } from "../connection/socket.ts";
import { mintToken } from "../tokens/mint.ts";
import type { EphemeralTokenRegistry } from "../tokens/tokens.ts";

export interface HttpRequest extends UpgradeRequest {
  readonly method: string;
  readonly body: string;
}

export interface HttpResponse {
  readonly status: number;
  /** To be sent as JSON. */
  readonly body: object;
}

const PATH = /\/(v1|v1beta|v1alpha)\/auth_tokens$/;

/** The answer, or undefined for a path nobody serves (404). */
export function handleTokenRequest(
  request: HttpRequest,
  tokens: EphemeralTokenRegistry,
  at: { now: number; random: Random },
): HttpResponse | undefined {
  const version = PATH.exec(`/${request.path}`.replaceAll(/\/+/g, "/"))?.[1];
  if (version === undefined) return undefined;
  if (request.method !== "POST")
    return errorResponse(405, "INVALID_ARGUMENT", "Only POST is served here.");
  const refusal = checkKey(readCredential(request));
  if (refusal !== undefined) return refusal;
  const body = request.body.trim() === "" ? {} : readFrame(request.body);
  const minted = mintToken(body, version, at);
  if ("fault" in minted) return errorResponse(400, "INVALID_ARGUMENT", minted.fault);
  tokens.add(minted.token);
  return { status: 200, body: { name: minted.token.name } };
}

function checkKey(key: string | undefined): HttpResponse | undefined {
  if (key === undefined) return errorResponse(403, "PERMISSION_DENIED", closes.noIdentity.reason);
  if (key === "invalid") return errorResponse(400, "INVALID_ARGUMENT", closes.keyNotValid.reason);
  if (key === "expired") return errorResponse(400, "INVALID_ARGUMENT", closes.keyExpired.reason);
  if (!key.startsWith("auth_tokens/")) return undefined;
  return errorResponse(401, "UNAUTHENTICATED", "A token cannot make tokens.");
}

/** An error as Google's APIs write it. */
function errorResponse(code: number, status: string, message: string): HttpResponse {
  return { status: code, body: { error: { code, message, status } } };
}
