/** Admits or refuses the clients of every protocol: checks address, agent, origin, token and role, in that order. */
import type { Context } from "hono";
import { parseIdentity, type Identity } from "../access/identity.ts";
import { checkOrigin, type PagePolicy } from "../access/origin.ts";
import { authorize, offeredSubprotocols, roleOf, subprotocolHeader } from "../access/token.ts";
import { agents } from "../agents/index.ts";
import { readConfig, type Config } from "../config.ts";
import { errorEvent, stampEvent } from "../core/adk/event.ts";
import { clientError, isClientError, type ClientError } from "../core/errors.ts";
import { clipCloseReason } from "../wire/close-code.ts";
import { subprotocol, type Role } from "../wire/parley-v1.ts";
import { isPhone, type ProtocolName } from "./attachment.ts";
import { openConversationSocket, type AdmittedConnection } from "./conversation-socket.ts";
import { protocols } from "./registry.ts";

export type WorkerRequest = Pick<Context<{ Bindings: Env }>, "req" | "env">;

/** The conversation in a request's address. Without `app`, the default agent applies. */
export interface NamedConversation {
  readonly app?: string | undefined;
  readonly user: string;
  readonly session: string;
}

export interface Admission {
  readonly identity: Identity;
  readonly role: Role;
}

interface AdmissionOptions {
  /** ADK has no roles: where no token is required, its clients are operators, as they are at ADK's own server. */
  readonly adk?: boolean;
  /** Accepts the token in the query: a browser's EventSource cannot set headers. */
  readonly tokenInQuery?: boolean;
}

/** Authorises a client by parley's own tokens. Live API clients and Twilio have credentials of their own. */
export async function authorizeClient(
  { req, env }: WorkerRequest,
  named: NamedConversation,
  { adk = false, tokenInQuery = false }: AdmissionOptions = {},
): Promise<Admission | ClientError> {
  const config = readConfig(env, agents);
  const identity = checkAddress(req.raw, named, config);
  if (isClientError(identity)) return identity;
  const request = tokenInQuery ? withQueryToken(req.raw) : req.raw;
  const error = await authorize(request, identity, config.auth);
  if (error) return error;
  const isOpen = config.auth.secret === undefined && req.query("role") === undefined;
  const role = adk && isOpen ? "operator" : await roleOf(request, config.auth);
  return { identity, role };
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

function withQueryToken(request: Request): Request {
  const token = new URL(request.url).searchParams.get("access_token");
  if (token === null || request.headers.has("authorization")) return request;
  const headers = new Headers(request.headers);
  headers.set("authorization", `Bearer ${token}`);
  return new Request(request.url, { headers });
}

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
  const { protocol } = admitted.client;
  // A telephone provider reports a status, and shows no frame to the caller.
  return response.status === conversationFull().status && !isPhone(protocol)
    ? refuse(req.raw, conversationFull(), protocol)
    : response;
}

export const conversationFull = (): ClientError =>
  clientError("CONVERSATION_FULL", "This conversation has 100 connections. Try again later.");

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
  if (!isUpgrade(request)) return Response.json({ code, message, action }, { status });
  const { 0: client, 1: server } = new WebSocketPair();
  server.accept();
  const stamp = { id: crypto.randomUUID(), invocationId: "", now: Date.now() };
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
