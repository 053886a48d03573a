/** The plain HTTP interface of the Live API: one path, which mints tokens. */
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
  /** Serialized as JSON. */
  readonly body: object;
}

const PATH = /\/(v1|v1beta|v1alpha)\/auth_tokens$/;

/** @returns undefined for an unknown path (HTTP 404). */
export function handleTokenRequest(
  request: HttpRequest,
  tokens: EphemeralTokenRegistry,
  context: { now: number; random: Random },
): HttpResponse | undefined {
  const version = PATH.exec(`/${request.path}`.replaceAll(/\/+/g, "/"))?.[1];
  if (version === undefined) return undefined;
  if (request.method !== "POST")
    return errorResponse(405, "INVALID_ARGUMENT", "Only POST is served here.");
  const refusal = checkKey(readCredential(request));
  if (refusal !== undefined) return refusal;
  const body = request.body.trim() === "" ? {} : readFrame(request.body);
  const result = mintToken(body, version, context);
  if ("error" in result) return errorResponse(400, "INVALID_ARGUMENT", result.error);
  tokens.add(result.token);
  return { status: 200, body: { name: result.token.name } };
}

function checkKey(credential: string | undefined): HttpResponse | undefined {
  if (credential === undefined)
    return errorResponse(403, "PERMISSION_DENIED", closes.noIdentity.reason);
  if (credential === "invalid")
    return errorResponse(400, "INVALID_ARGUMENT", closes.keyNotValid.reason);
  if (credential === "expired")
    return errorResponse(400, "INVALID_ARGUMENT", closes.keyExpired.reason);
  if (!credential.startsWith("auth_tokens/")) return undefined;
  return errorResponse(401, "UNAUTHENTICATED", "A token cannot make tokens.");
}

/** An error in the format of Google's APIs. */
function errorResponse(code: number, status: string, message: string): HttpResponse {
  return { status: code, body: { error: { code, message, status } } };
}
