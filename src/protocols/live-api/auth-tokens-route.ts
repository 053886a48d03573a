/**
 * The route that creates ephemeral tokens, `POST …/auth_tokens` (Gemini API: authTokens.create): a server with a token of
 * its own calls it for a browser.
 *
 * An ephemeral token is bound to the claims of the caller's token, or to the conversation in the address. Errors have
 * Google's shape, `{"error":{"code","message","status"}}`.
 */
import { callerKey } from "../../access/address.ts";
import type { Grant } from "../../access/claims.ts";
import type { RequestedScope } from "../../access/grant-checks.ts";
import { anonymousUser, isNamedUser, type Identity } from "../../access/identity.ts";
import { checkOrigin } from "../../access/origin.ts";
import { signEphemeralToken } from "../../access/token.ts";
import { agents } from "../../agents/index.ts";
import { readConfig } from "../../config.ts";
import { clientError, isClientError, rateLimited, type ClientError } from "../../core/errors.ts";
import { limits } from "../../core/policy/limits.ts";
import { normalizeFields, isRecord } from "../../core/live-api/proto-json.ts";
import { ownSetupFields } from "../../core/live-api/client-setup.ts";
import { parseTokenTerms, type EphemeralTokenTerms } from "../../core/live-api/ephemeral-token.ts";
import { tokenDirectoryOf, userDirectoryOf } from "../../directory.ts";
import { ephemeralTokenStub } from "../../ephemeral-token.ts";
import { authorize, checkAgent, type WorkerRequest } from "../admission.ts";
import { addressHeader } from "../conversation-socket.ts";
import { readBody } from "../request-body.ts";
import { retryHeaders } from "../retry-after.ts";
import { describeJsonFault, parseJson } from "../validators.ts";
import { presentedIn, type LiveAddress } from "./address.ts";
import { ownSetupNotPermitted } from "./errors.ts";

/** The client that makes an ephemeral token. */
interface Minter {
  /** The rights of the ephemeral token. */
  readonly grant: Grant;
  /** The user whose token makes it; undefined: no certain user. */
  readonly user: string | undefined;
  readonly person: string | undefined;
}

/** More than any setup has. */
const maxBodyBytes = limits.frameBytes.value;

export async function createEphemeralToken(
  { req, env }: WorkerRequest,
  address: LiveAddress,
): Promise<Response> {
  if (req.method !== "POST") return errorResponse(405, "METHOD_NOT_ALLOWED", "Use POST.");
  const config = readConfig(env, agents);
  const { auth } = config;
  const admitted = checkOrigin(req.raw, config) ?? (await admit({ req, env }, address));
  if (isClientError(admitted)) return refusalOf(admitted);
  const { grant } = admitted;
  const terms = await parseTerms(req.raw, grant.expiresAt);
  if (typeof terms === "string") return errorResponse(400, "INVALID_ARGUMENT", terms);
  const own = grant.ownSetup ? [] : ownSetupFields(terms.setup ?? {});
  if (own.length > 0)
    return errorResponse(403, "PERMISSION_DENIED", ownSetupNotPermitted(own).message);
  const tooMany = await rateError({ req, env }, admitted);
  if (tooMany) return refusalOf(tooMany);
  const id = crypto.randomUUID();
  const { app = "*", user = anonymousUser } = grant.bound;
  // With the user its tokens are deleted, so none may exist that the directory does not know.
  const waitMs = isNamedUser(user)
    ? await userDirectoryOf(env, { app, user }).noteEphemeralToken(id, terms.expiresAt)
    : 0;
  if (waitMs > 0) return refusalOf(tooManyLiveTokens(waitMs));
  await ephemeralTokenStub(env, id).create(terms);
  // A token that is no one user's is none of those that are revoked with a user's.
  const issuedAt = admitted.user === undefined ? Date.now() : grant.issuedAt;
  return Response.json({
    name: await signEphemeralToken(grant, { id, issuedAt, until: terms.expiresAt }, auth),
  });
}

/** Checks that the caller may create an ephemeral token, and binds its grant to one identity or user. */
async function admit(
  { req, env }: WorkerRequest,
  address: LiveAddress,
): Promise<Minter | ClientError> {
  const { conversation } = address;
  const { defaultApp } = readConfig(env, agents);
  const authorization = await authorize(
    { req, env },
    {
      action: "createEphemeralToken",
      scope: (grant) => scopeOf(grant, conversation, defaultApp),
      presented: presentedIn(req.raw, address),
    },
  );
  if (isClientError(authorization)) return authorization;
  const { grant, scope, person } = authorization;
  const { user } = grant.bound;
  const bound =
    conversation && !isClientError(conversation)
      ? { ...grant, bound: conversation }
      : bindToUser(grant, scope.app);
  // A back end's token, which is no one user's, makes tokens for many persons. A visitor has a session, and no name.
  const isOnes = user !== undefined && (isNamedUser(user) || grant.bound.session !== undefined);
  const maker = isOnes ? person : undefined;
  return { grant: { ...bound, account: user ?? "*", maker }, user, person };
}

const tooManyLiveTokens = (waitMs: number): ClientError =>
  rateLimited(
    `No token was made: the user has ${limits.userEphemeralTokens.value} that have not expired. They stay valid; give tokens an earlier expireTime, or ask again`,
    waitMs,
  );

/** Counts the token, in the directory of the user whose token makes it. @returns the error if there were too many. */
async function rateError(
  { req, env }: WorkerRequest,
  { user, person }: Minter,
): Promise<ClientError | undefined> {
  const { ephemeralTokens: perMinute } = readConfig(env, agents).limits;
  const isNamed = user !== undefined && isNamedUser(user);
  const key = isNamed ? "user" : callerKey({ person, address: req.header(addressHeader) });
  if (key === undefined) return undefined;
  const waitMs = await tokenDirectoryOf(env, user ?? "*").admitEphemeralToken({ key, perMinute });
  return waitMs === 0
    ? undefined
    : rateLimited(
        `No token was made: at most ${perMinute} a minute are. Earlier ones stay valid; ask again`,
        waitMs,
      );
}

function scopeOf(
  { ephemeral, bound, agents: [first] = [] }: Grant,
  conversation: Identity | ClientError | undefined,
  defaultApp: string,
): RequestedScope | ClientError {
  if (ephemeral)
    return clientError("NOT_ALLOWED", "An ephemeral token cannot make another one. Use a token.");
  if (!conversation) return { app: bound.app ?? first ?? defaultApp };
  if (isClientError(conversation)) return conversation;
  return checkAgent(conversation.app) ?? conversation;
}

/** A page must not get access to all users: without a user, the ephemeral token opens one new conversation. */
function bindToUser(grant: Grant, defaultApp: string): Grant {
  const { app, user, session = crypto.randomUUID() } = grant.bound;
  if (user !== undefined) return grant;
  const bound = { app: app ?? defaultApp, user: anonymousUser, session };
  return { ...grant, bound, agentless: app === undefined };
}

/** @param latestEnd in ms. @returns the error message if the request is invalid. */
async function parseTerms(
  request: Request,
  latestEnd: number,
): Promise<EphemeralTokenTerms | string> {
  const text = await readBody(request, maxBodyBytes);
  if (typeof text !== "string") return text.message;
  const value = text.trim() ? parseJson(text) : {};
  if (value === undefined) return `The request ${describeJsonFault(text)}.`;
  const body = normalizeFields(value);
  return isRecord(body)
    ? parseTokenTerms(body, { now: Date.now(), latestEnd, parseTime: Date.parse })
    : "The request is not an object.";
}

/** Names of google.rpc.Code by HTTP status. */
const statusNames: Partial<Record<ClientError["status"], string>> = {
  400: "INVALID_ARGUMENT",
  401: "UNAUTHENTICATED",
  403: "PERMISSION_DENIED",
  404: "NOT_FOUND",
  429: "RESOURCE_EXHAUSTED",
  503: "UNAVAILABLE",
};

const refusalOf = (error: ClientError): Response =>
  errorResponse(
    error.status,
    statusNames[error.status] ?? "INTERNAL",
    error.message,
    retryHeaders(error),
  );

const errorResponse = (
  code: number,
  status: string,
  message: string,
  headers: Record<string, string> = {},
): Response => Response.json({ error: { code, message, status } }, { status: code, headers });
