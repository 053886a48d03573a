/**
 * `POST …/auth_tokens`: an ephemeral token for a browser, created by a server that holds a token (Gemini API: authTokens.create).
 *
 * The ephemeral token is bound by the claims of the token; an address that names a conversation binds it to that one. Refusals are in
 * Google's shape, `{"error":{"code","message","status"}}`.
 */
import { credentialOf, type LiveAddress } from "./address.ts";
import {
  verifyCredential,
  signEphemeralToken,
  type VerifiedCredential,
} from "../../access/credentials.ts";
import { agents } from "../../agents/index.ts";
import { readConfig } from "../../config.ts";
import { isClientError, clientError, type ClientError } from "../../core/errors.ts";
import { toCamelCaseFields, isRecord, isTooDeep } from "../../core/live-api/proto-json.ts";
import { parseTokenTerms, type EphemeralTokenTerms } from "../../core/live-api/ephemeral-token.ts";
import { ephemeralTokenStub } from "../../ephemeral-token.ts";
import { checkAgent, type WorkerRequest } from "../admission.ts";
import { claimMismatch } from "./route.ts";

/** More than any setup. */
const mostBytes = 1024 * 1024;

export async function createEphemeralToken(
  { req, env }: WorkerRequest,
  address: LiveAddress,
): Promise<Response> {
  if (req.method !== "POST") return failed(405, "METHOD_NOT_ALLOWED", "Use POST.");
  const { auth, defaultApp } = readConfig(env, agents);
  const bearer = await verifyCredential(credentialOf(req.raw.headers, address.query), auth);
  const pass = judged(bearer, address, defaultApp);
  if (isClientError(pass))
    return failed(pass.status, words[pass.status] ?? "INTERNAL", pass.message);
  const terms = await termsOf(req.raw);
  if (typeof terms === "string") return failed(400, "INVALID_ARGUMENT", terms);
  const id = crypto.randomUUID();
  await ephemeralTokenStub(env, id).create(terms);
  return Response.json({
    name: await signEphemeralToken(pass, { id, until: terms.expiresAt }, auth),
  });
}

function judged(
  pass: VerifiedCredential | ClientError,
  { conversation }: LiveAddress,
  defaultApp: string,
): VerifiedCredential | ClientError {
  if (isClientError(pass)) return pass;
  if (pass.ephemeralToken)
    return clientError("NOT_ALLOWED", "An ephemeral token cannot make another one. Use a token.");
  if (!conversation) return narrowed(pass, defaultApp);
  if (isClientError(conversation)) return conversation;
  const no = checkAgent(conversation.app) ?? claimMismatch(conversation, pass);
  return no ?? { ...pass, bound: { ...conversation } };
}

/** A ticket is for a page: of whoever's token names no user it opens one new conversation, and nobody else's. */
function narrowed(pass: VerifiedCredential, defaultApp: string): VerifiedCredential {
  const { app, user, session = crypto.randomUUID() } = pass.bound;
  if (user !== undefined) return pass;
  const bound = { app: app ?? defaultApp, user: "anonymous", session };
  return { ...pass, bound, agentless: app === undefined };
}

async function termsOf(request: Request): Promise<EphemeralTokenTerms | string> {
  const text = await request.text();
  if (text.length > mostBytes) return `The request has more than ${mostBytes} characters.`;
  try {
    const given: unknown = text.trim() ? JSON.parse(text) : {};
    if (isTooDeep(given)) return "The request is nested too deeply.";
    const body = toCamelCaseFields(given);
    return isRecord(body)
      ? parseTokenTerms(body, Date.now(), Date.parse)
      : "The request is not an object.";
  } catch {
    return "The request is not JSON.";
  }
}

const words: Partial<Record<ClientError["status"], string>> = {
  400: "INVALID_ARGUMENT",
  401: "UNAUTHENTICATED",
  403: "PERMISSION_DENIED",
  404: "NOT_FOUND",
  503: "UNAVAILABLE",
};

const failed = (code: number, status: string, message: string): Response =>
  Response.json({ error: { code, message, status } }, { status: code });
