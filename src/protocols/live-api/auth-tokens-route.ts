/**
 * The route that creates ephemeral tokens, `POST …/auth_tokens` (Gemini API: authTokens.create): a server with a token of
 * its own calls it for a browser.
 *
 * An ephemeral token is bound to the claims of the caller's token, or to the conversation in the address. Errors have
 * Google's shape, `{"error":{"code","message","status"}}`.
 */
import { credentialOf, type LiveAddress } from "./address.ts";
import {
  verifyCredential,
  signEphemeralToken,
  type VerifiedCredential,
} from "../../access/credentials.ts";
import { anonymousUser, checkClaims } from "../../access/identity.ts";
import { agents } from "../../agents/index.ts";
import { readConfig } from "../../config.ts";
import { isClientError, clientError, type ClientError } from "../../core/errors.ts";
import { normalizeFields, isRecord } from "../../core/live-api/proto-json.ts";
import { parseTokenTerms, type EphemeralTokenTerms } from "../../core/live-api/ephemeral-token.ts";
import { ephemeralTokenStub } from "../../ephemeral-token.ts";
import { checkAgent, type WorkerRequest } from "../admission.ts";
import { describeJsonFault, parseJson } from "../validators.ts";

/** In UTF-16 units: more than any setup has. */
const maxBodyLength = 1024 * 1024;

export async function createEphemeralToken(
  { req, env }: WorkerRequest,
  address: LiveAddress,
): Promise<Response> {
  if (req.method !== "POST") return errorResponse(405, "METHOD_NOT_ALLOWED", "Use POST.");
  const { auth, defaultApp } = readConfig(env, agents);
  const caller = await verifyCredential(credentialOf(req.raw.headers, address.query), auth);
  const credential = bindCredential(caller, address, defaultApp);
  if (isClientError(credential)) {
    const { status, message } = credential;
    return errorResponse(status, statusNames[status] ?? "INTERNAL", message);
  }
  const terms = await parseTerms(req.raw);
  if (typeof terms === "string") return errorResponse(400, "INVALID_ARGUMENT", terms);
  const id = crypto.randomUUID();
  await ephemeralTokenStub(env, id).create(terms);
  return Response.json({
    name: await signEphemeralToken(credential, { id, until: terms.expiresAt }, auth),
  });
}

/** Checks that the caller may create an ephemeral token, and binds its credential to one identity or user. */
function bindCredential(
  credential: VerifiedCredential | ClientError,
  { conversation }: LiveAddress,
  defaultApp: string,
): VerifiedCredential | ClientError {
  if (isClientError(credential)) return credential;
  if (credential.ephemeralToken)
    return clientError("NOT_ALLOWED", "An ephemeral token cannot make another one. Use a token.");
  if (!conversation) return bindToUser(credential, defaultApp);
  if (isClientError(conversation)) return conversation;
  const error = checkAgent(conversation.app) ?? checkClaims(credential.bound, conversation);
  return error ?? { ...credential, bound: { ...conversation } };
}

/** A page must not get access to all users: without a user, the ephemeral token opens one new conversation. */
function bindToUser(credential: VerifiedCredential, defaultApp: string): VerifiedCredential {
  const { app, user, session = crypto.randomUUID() } = credential.bound;
  if (user !== undefined) return credential;
  const bound = { app: app ?? defaultApp, user: anonymousUser, session };
  return { ...credential, bound, agentless: app === undefined };
}

/** @returns the error message if the request is invalid. */
async function parseTerms(request: Request): Promise<EphemeralTokenTerms | string> {
  const text = await request.text();
  if (text.length > maxBodyLength) return `The request has more than ${maxBodyLength} characters.`;
  const value = text.trim() ? parseJson(text) : {};
  if (value === undefined) return `The request ${describeJsonFault(text)}.`;
  const body = normalizeFields(value);
  return isRecord(body)
    ? parseTokenTerms(body, Date.now(), Date.parse)
    : "The request is not an object.";
}

/** Names of google.rpc.Code by HTTP status. */
const statusNames: Partial<Record<ClientError["status"], string>> = {
  400: "INVALID_ARGUMENT",
  401: "UNAUTHENTICATED",
  403: "PERMISSION_DENIED",
  404: "NOT_FOUND",
  503: "UNAVAILABLE",
};

const errorResponse = (code: number, status: string, message: string): Response =>
  Response.json({ error: { code, message, status } }, { status: code });
