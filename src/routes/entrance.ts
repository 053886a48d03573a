/** How the doors let somebody in: who and where, the way to the conversation, and the words for who may not. */
import type { Context } from "hono";
import { objectName, type Identity } from "../access/identity.ts";
import { answered, protocols } from "../access/token.ts";
import { agents } from "../agents/index.ts";
import { readConfig } from "../config.ts";
import { problemEvent, stamped } from "../core/event.ts";
import { problem, type Problem } from "../core/problem.ts";
import { movedHeader, nearest, within, type Origin } from "../homes.ts";
import { doorOf, type DoorName, type Seat } from "../transports/participants.ts";
import { clip } from "../wire/close.ts";
import { subprotocol } from "../wire/native.ts";

export interface Entry {
  readonly conversation: Identity;
  readonly seat: Omit<Seat, "id">;
}

export const doorFor = ({ headers }: Request): DoorName =>
  protocols(headers).includes(subprotocol) ? "native" : "adk-demo";

export const checkAgent = (name: string): Problem | undefined =>
  agents.some((agent) => agent.name === name)
    ? undefined
    : problem(
        "UNKNOWN_AGENT",
        `There is no agent "${name}" here. There are: ${agents.map((agent) => agent.name).join(", ")}.`,
      );

/** Opens the socket in the object of the conversation, wherever that is by now. */
export async function join(
  { req, env }: Pick<Context<{ Bindings: Env }>, "req" | "env">,
  { conversation, seat }: Entry,
): Promise<Response> {
  const request = req.raw;
  if (!wantsSocket(request))
    return refuse(request, problem("NOT_A_WEBSOCKET", "This address takes WebSocket connections."));
  const headers = new Headers(request.headers);
  headers.set("x-parley-seat", JSON.stringify(seat));
  const { jurisdiction, refuge } = readConfig(env, agents);
  const homes = within<Fetcher>(env.CONVERSATION, jurisdiction);
  const locationHint = nearest((request.cf ?? {}) as Origin);
  const first = homes.getByName(objectName(conversation), locationHint && { locationHint });
  const answer = await first.fetch(new Request(request, { headers }));
  const moved = answer.headers.get(movedHeader);
  return moved === null
    ? answer
    : homes.getByName(moved, { locationHint: refuge }).fetch(new Request(request, { headers }));
}

export const wantsSocket = (request: Request): boolean =>
  request.headers.get("upgrade")?.toLowerCase() === "websocket";

/**
 * Says no. A browser cannot see the status of a refused upgrade, so a WebSocket is accepted, told
 * why in the words of its door, and closed.
 */
export function refuse(request: Request, no: Problem, door = doorFor(request)): Response {
  const { code, message, action, status, close } = no;
  if (!wantsSocket(request)) return Response.json({ code, message, action }, { status });
  const { 0: client, 1: server } = new WebSocketPair();
  server.accept();
  const stamp = { id: crypto.randomUUID(), invocationId: "", now: Date.now() };
  const event = stamped(problemEvent(no), stamp);
  server.send(doorOf({ door }).refuse(no, event, 0));
  server.close(close, clip(message));
  return new Response(null, { status: 101, webSocket: client, headers: answered(request.headers) });
}
