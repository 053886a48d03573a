/** How the doors let somebody in: who and where, the way to the conversation, and the words for who may not. */
import type { Context } from "hono";
import { objectNameOf, type Identity } from "../access/identity.ts";
import { subprotocolHeader, offeredSubprotocols, roleOf } from "../access/token.ts";
import { agents } from "../agents/index.ts";
import { readConfig } from "../config.ts";
import { errorEvent, stampEvent } from "../core/adk/event.ts";
import { clientError, type ClientError } from "../core/errors.ts";
import { movedHeader, nearestLocation, inJurisdiction, type RequestGeo } from "../placement.ts";
import { doorOf, type DoorName, type Seat } from "../conversation/connections.ts";
import { clipCloseReason } from "../wire/close-code.ts";
import { subprotocol, type Role } from "../wire/parley-v1.ts";

export interface Entry {
  readonly conversation: Identity;
  readonly seat: Omit<Seat, "id">;
}

export const doorFor = ({ headers }: Request): DoorName =>
  offeredSubprotocols(headers).includes(subprotocol) ? "native" : "adk-demo";

export const checkAgent = (name: string): ClientError | undefined =>
  agents.some((agent) => agent.name === name)
    ? undefined
    : clientError(
        "UNKNOWN_AGENT",
        `There is no agent "${name}" here. There are: ${agents.map((agent) => agent.name).join(", ")}.`,
      );

/**
 * What somebody may be who comes in ADK's words, which have none for a role: where nobody needs a token, whoever talks
 * is also who approves, as at ADK's own server.
 */
export async function adkRole(request: Request, env: Env): Promise<Role> {
  const { auth } = readConfig(env, agents);
  const asked = new URL(request.url).searchParams.has("role");
  return auth.secret === undefined && !asked ? "operator" : roleOf(request, auth);
}

/** Opens the socket that a client asks for. */
export async function join(
  { req, env }: Pick<Context<{ Bindings: Env }>, "req" | "env">,
  entry: Entry,
): Promise<Response> {
  if (!wantsSocket(req.raw))
    return refuse(
      req.raw,
      clientError("NOT_A_WEBSOCKET", "This address takes WebSocket connections."),
    );
  return knock(env, req.raw, entry);
}

/** Opens a socket in the object of the conversation, wherever that is by now. */
export async function knock(
  env: Env,
  request: Request,
  { conversation, seat }: Entry,
): Promise<Response> {
  const headers = new Headers(request.headers);
  headers.set("x-parley-seat", JSON.stringify(seat));
  const { jurisdiction, fallbackLocation } = readConfig(env, agents);
  const homes = inJurisdiction<Fetcher>(env.CONVERSATION, jurisdiction);
  const locationHint = nearestLocation((request.cf ?? {}) as RequestGeo);
  const first = homes.getByName(objectNameOf(conversation), locationHint && { locationHint });
  const answer = await first.fetch(new Request(request, { headers }));
  const moved = answer.headers.get(movedHeader);
  return moved === null
    ? answer
    : homes
        .getByName(moved, { locationHint: fallbackLocation })
        .fetch(new Request(request, { headers }));
}

export const wantsSocket = (request: Request): boolean =>
  request.headers.get("upgrade")?.toLowerCase() === "websocket";

/**
 * Says no. A browser cannot see the status of a refused upgrade, so a WebSocket is accepted, told
 * why in the words of its door, and closed.
 */
export function refuse(request: Request, no: ClientError, door = doorFor(request)): Response {
  const { code, message, action, status, close } = no;
  if (!wantsSocket(request)) return Response.json({ code, message, action }, { status });
  const { 0: client, 1: server } = new WebSocketPair();
  server.accept();
  const stamp = { id: crypto.randomUUID(), invocationId: "", now: Date.now() };
  const event = stampEvent(errorEvent(no), stamp);
  // The Live API's clients take the first frame for the answer to their setup, whatever it is.
  if (door !== "live") server.send(doorOf({ door }).refuse(no, event, 0));
  server.close(close, clipCloseReason(message));
  return new Response(null, {
    status: 101,
    webSocket: client,
    headers: subprotocolHeader(request.headers),
  });
}
