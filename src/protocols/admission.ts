/** Admits or refuses the clients of every protocol: checks address, agent, origin, token and role, in that order. */
import type { Context } from "hono";
import type { Caller } from "../access/address.ts";
import { anonymousGrant, type Grant } from "../access/claims.ts";
import { protocolError, scopeError, type RequestedScope } from "../access/grant-checks.ts";
import { isNamedUser, parseIdentity, type Identity } from "../access/identity.ts";
import { checkOrigin, type PagePolicy } from "../access/origin.ts";
import { personOf } from "../access/person.ts";
import {
  isGrant,
  offeredSubprotocols,
  readToken,
  subprotocolHeader,
  tokenError,
  verifyCredential,
  type AuthSettings,
  type PresentedCredential,
} from "../access/token.ts";
import { agents } from "../agents/index.ts";
import { readConfig, type Config } from "../config.ts";
import { errorEvent, stampEvent } from "../core/adk/event.ts";
import { clientError, isClientError, type ClientError } from "../core/errors.ts";
import {
  routeActions,
  routeRoleError,
  type RouteAction,
  type RouteActionName,
} from "../core/policy/route-permissions.ts";
import { clipCloseReason } from "../wire/close-code.ts";
import { isRole, roles, subprotocol, type Role } from "../wire/parley-v1.ts";
import { newEventId } from "../wire/event-id.ts";
import type { ConnectionToken, ProtocolName } from "./attachment.ts";
import {
  addressHeader,
  openConversationSocket,
  refusalIn,
  type AdmittedConnection,
} from "./conversation-socket.ts";
import { protocols } from "./registry.ts";
import { retryHeaders } from "./retry-after.ts";
import { revocationError } from "./revocations.ts";

export type WorkerRequest = Pick<Context<{ Bindings: Env }>, "req" | "env">;

/** The conversation in a request's address. Without `app`, the default agent applies. */
export interface NamedConversation {
  readonly app?: string | undefined;
  readonly user: string;
  readonly session: string;
}

/** All conversations of a user. */
export type NamedUser = Omit<NamedConversation, "session">;

export interface Admission {
  readonly identity: Identity;
  readonly role: Role;
  readonly grant: Grant;
  readonly person: string | undefined;
}

/** The action and conversation that a request asks for, and its credential. */
interface Asked<Scope extends RequestedScope> {
  readonly action: RouteActionName;
  /** May depend on the grant, where the address names no conversation. */
  readonly scope: Scope | ((grant: Grant) => Scope | ClientError);
  readonly presented: PresentedCredential;
}

type AskedOfWorker<Scope extends RequestedScope> = Omit<Asked<Scope>, "presented"> &
  Partial<Pick<Asked<Scope>, "presented">>;

/** The rights of a request. */
interface Authorization<Scope extends RequestedScope = RequestedScope> {
  readonly role: Role;
  readonly grant: Grant;
  /** The same for all connections of one person (access/person.ts). */
  readonly person: string | undefined;
  readonly scope: Scope;
}

/**
 * Authorises a request of any route and protocol that takes a token: reads the credential once, and checks the token, its
 * protocol, its conversation and its role. Address and origin are checked before.
 */
export async function authorizeCredential<Scope extends RequestedScope>(
  { env, auth }: { readonly env: Env; readonly auth: AuthSettings },
  { action, scope: asked, presented }: Asked<Scope>,
): Promise<Authorization<Scope> | ClientError> {
  const now = Date.now();
  const grant = await verifyCredential(presented.credential, auth, now);
  if (!isGrant(grant)) return presented.describe(grant);
  const scope = typeof asked === "function" ? asked(grant) : asked;
  if (isClientError(scope)) return scope;
  const needs: RouteAction = routeActions[action];
  const role = roleOf(grant, presented.query, needs);
  if (typeof role !== "string") return role;
  const error =
    protocolError(grant, needs.protocol) ?? scopeError(grant, scope) ?? routeRoleError(needs, role);
  if (error) return error;
  const token = connectionToken(grant);
  const revoked = token && (await revocationError(env, token, now));
  return revoked ?? { role, grant, person: await personOf(grant, presented.credential), scope };
}

/** The same for a request whose credential is a token in its headers, unless it has another one. */
export const authorize = <Scope extends RequestedScope>(
  { req, env }: WorkerRequest,
  asked: AskedOfWorker<Scope>,
): Promise<Authorization<Scope> | ClientError> =>
  authorizeCredential(
    { env, auth: readConfig(env, agents).auth },
    { presented: presentedIn(req.raw, asked.action), ...asked },
  );

/** The token in the headers. A browser's EventSource cannot set any: its stream alone takes one in the address. */
function presentedIn(request: Request, action: RouteActionName): PresentedCredential {
  const query = new URL(request.url).searchParams;
  const inQuery = action === "followEvents" ? query.get("access_token") : null;
  const credential = readToken(request.headers) ?? inQuery ?? undefined;
  return { credential, query, describe: tokenError };
}

/** Where no token is required, a client may ask for a role (`?role=`). */
function roleOf(grant: Grant, query: URLSearchParams, needs: RouteAction): Role | ClientError {
  if (grant !== anonymousGrant) return grant.role ?? needs.roleless;
  const role = query.get("role") ?? needs.anonymous;
  return isRole(role)
    ? role
    : clientError(
        "BAD_IDENTITY",
        `The role in the address is not usable: it is one of ${roles.join(", ")}.`,
      );
}

/** Checks the address, and authorises a client of its conversation, by parley's own tokens. */
export async function authorizeClient(
  { req, env }: WorkerRequest,
  action: RouteActionName,
  named: NamedConversation,
): Promise<Admission | ClientError> {
  const identity = checkAddress(req.raw, named, readConfig(env, agents));
  if (isClientError(identity)) return identity;
  const authorization = await authorize({ req, env }, { action, scope: identity });
  return isClientError(authorization) ? authorization : { identity, ...authorization };
}

/** Checks that the address is valid, the agent exists and the origin is allowed. */
export function checkAddress(
  request: Request,
  { app, user, session }: NamedConversation,
  config: Pick<Config, "defaultApp"> & PagePolicy,
): Identity | ClientError {
  const identity = parseIdentity(app ?? config.defaultApp, user, session);
  if (isClientError(identity)) return identity;
  return checkAgent(identity.app) ?? checkOrigin(request, config) ?? identity;
}

export const checkAgent = (name: string): ClientError | undefined =>
  agents.some((agent) => agent.name === name)
    ? undefined
    : clientError(
        "UNKNOWN_AGENT",
        `There is no agent "${name}" here. There are: ${agents.map((agent) => agent.name).join(", ")}.`,
      );

/** The same for a request that concerns no single conversation: `session` of the identity has no meaning. */
export async function authorizeForUser(
  { req, env }: WorkerRequest,
  action: RouteActionName,
  named: NamedUser,
  session: null | undefined,
): Promise<Admission | ClientError> {
  const identity = checkAddress(req.raw, { ...named, session: "-" }, readConfig(env, agents));
  if (isClientError(identity)) return identity;
  const scope = { app: identity.app, user: identity.user, session };
  const authorization = await authorize({ req, env }, { action, scope });
  return isClientError(authorization) ? authorization : { identity, ...authorization };
}

/** Checks origin and token of a request whose body names its conversation, before the body is read. */
export async function refuseBeforeBody(
  { req, env }: WorkerRequest,
  action: RouteActionName,
): Promise<ClientError | undefined> {
  const config = readConfig(env, agents);
  const scope = ({ bound, agents: [first] = [] }: Grant): RequestedScope => ({
    app: bound.app ?? first ?? config.defaultApp,
  });
  const asked = await authorize({ req, env }, { action, scope });
  return checkOrigin(req.raw, config) ?? (isClientError(asked) ? asked : undefined);
}

/** The client of a request by HTTP, as the conversation counts it, or refuses it. */
export const callerOf = (
  request: Request,
  { person, grant }: Pick<Admission, "person" | "grant">,
): Caller => ({
  person,
  address: request.headers.get(addressHeader) ?? undefined,
  granted: grant.role,
});

/** The fields of an attachment that follow from the admission. */
export const admittedFields = ({
  identity: { app },
  role,
  grant,
  person,
}: Admission): {
  readonly app: string;
  readonly role: Role;
  readonly granted: Role;
  readonly person: Admission["person"];
  readonly token: ConnectionToken | undefined;
} => ({ app, role, granted: role, person, token: connectionToken(grant) });

/** Undefined where no token is required. */
export const connectionToken = ({
  expiresAt,
  id,
  bound: { user, session },
  issuedAt,
  budget,
  parent,
  parentExpiresAt,
  account,
  subject,
}: Grant): ConnectionToken | undefined =>
  expiresAt === Infinity
    ? undefined
    : {
        expiresAt,
        id,
        parent,
        parentExpiresAt,
        account,
        user,
        oneSession: session === undefined || !isNamedUser(user ?? "") ? undefined : true,
        subject,
        issuedAt,
        budget,
      };

/** The protocol of a client at `/ws`: it offers the subprotocol `parley.v1`, or speaks that of ADK's bidi-demo. */
export const protocolOf = ({ headers }: Request): "parley-v1" | "adk-demo" =>
  offeredSubprotocols(headers).includes(subprotocol) ? "parley-v1" : "adk-demo";

/** Only GET opens a WebSocket (RFC 6455, 4.1): the router hands HEAD requests to GET's handlers, too. */
export const isUpgrade = (request: Request): boolean =>
  request.method === "GET" && request.headers.get("upgrade")?.toLowerCase() === "websocket";

/** Opens the WebSocket of an admitted client, or refuses it if the conversation is full. */
export async function connect(
  { req, env }: WorkerRequest,
  admitted: AdmittedConnection,
): Promise<Response> {
  if (!isUpgrade(req.raw)) return refuse(req.raw, notAWebSocket());
  const config = readConfig(env, agents);
  const response = await openConversationSocket(env.CONVERSATION, admitted, req.raw, config);
  const error = await refusalIn(response);
  return error ? refuse(req.raw, error, admitted.client.protocol) : response;
}

export const notAWebSocket = (): ClientError =>
  clientError("NOT_A_WEBSOCKET", "This address takes WebSocket connections.");

/**
 * Refuses a request. A browser cannot see the status of a refused upgrade, so the Worker accepts the WebSocket, sends the
 * error in its protocol and closes it.
 */
export function refuse(
  request: Request,
  error: ClientError,
  protocol: ProtocolName = protocolOf(request),
): Response {
  const { code, message, action, status, close } = error;
  if (!isUpgrade(request))
    return Response.json({ code, message, action }, { status, headers: retryHeaders(error) });
  const { 0: client, 1: server } = new WebSocketPair();
  server.accept();
  const stamp = { id: newEventId(), invocationId: "", now: Date.now() };
  const event = stampEvent(errorEvent(error), stamp);
  // A Live API client takes any first frame for the answer to its setup.
  if (protocol !== "live-api") server.send(protocols[protocol].encodeError(error, event, 0));
  server.close(close, clipCloseReason(message));
  return new Response(null, {
    status: 101,
    webSocket: client,
    headers: subprotocolHeader(request.headers),
  });
}
