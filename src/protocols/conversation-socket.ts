/** Opens a WebSocket to a conversation's Durable Object, also after its migration. */
import { callerKey } from "../access/address.ts";
import { objectNameOf, type Identity } from "../access/identity.ts";
import { Allowances } from "../access/rate-limit.ts";
import type { Config } from "../config.ts";
import { inJurisdiction, movedHeader, nearestLocation, type RequestGeo } from "../placement.ts";
import { clientError, rateLimited, type ClientError } from "../core/errors.ts";
import { limits } from "../core/policy/limits.ts";
import type { AdmittedClient } from "./attachment.ts";
import { connectionLimitError } from "./connection-limits.ts";

/** Carries the admitted client, as JSON, from the Worker to the Durable Object. */
export const clientHeader = "x-parley-client";

/** The client's address on the internet. The platform sets it, whatever the client has sent. */
export const addressHeader = "cf-connecting-ip";

export interface AdmittedConnection {
  readonly identity: Identity;
  readonly client: AdmittedClient;
}

type SocketSettings = Pick<Config, "jurisdiction" | "fallbackLocation" | "limits">;

/** Of this process, by the setting. An object costs more than a refusal: it is not woken for one. */
const connects = new Allowances(limits.connects.burstS * 1_000);
/** Of each client, as limits count it. */
const clientConnects = new Allowances(limits.connectsOfClient.burstS * 1_000);
const clientShare = limits.connectsOfClient.value / limits.connects.value;
/** Refused clients must not come back together: each waits so much longer at most. */
const retrySpreadMs = 5_000;

/**
 * Counts first by the client: one alone must not use up the number of all.
 * @param key of the client (`callerKey`); undefined: it has none that counts.
 */
function tooManyConnects(
  { limits: { connects: perS } }: SocketSettings,
  key: string | undefined,
): ClientError | undefined {
  const now = Date.now();
  const ofClient = Math.max(1, perS * clientShare);
  const waitMs =
    (key === undefined
      ? 0
      : clientConnects.of(`${perS} ${key}`, ofClient / 1_000, now).take(1, now)) ||
    connects.of(String(perS), perS / 1_000, now).take(1, now);
  return waitMs === 0
    ? undefined
    : rateLimited(
        "Too many clients connect to this server at this moment. Conversations go on; connect again",
        waitMs + Math.random() * retrySpreadMs,
      );
}

/** @param request the upgrade request; its headers are forwarded. */
export async function openConversationSocket(
  namespace: Env["CONVERSATION"],
  { identity, client }: AdmittedConnection,
  request: Request,
  settings: SocketSettings,
): Promise<Response> {
  const address = request.headers.get(addressHeader) ?? undefined;
  const error =
    (await connectionLimitError(client, address)) ??
    tooManyConnects(settings, callerKey({ person: client.person, address }));
  if (error) return refusal(error);
  const { jurisdiction, fallbackLocation } = settings;
  const headers = new Headers(request.headers);
  headers.set(clientHeader, JSON.stringify(client));
  const objects = inJurisdiction<Fetcher>(namespace, jurisdiction);
  const locationHint = nearestLocation((request.cf ?? {}) as RequestGeo);
  const object = objects.getByName(objectNameOf(identity), locationHint && { locationHint });
  const response = await object.fetch(new Request(request, { headers }));
  const movedTo = response.headers.get(movedHeader);
  return movedTo === null
    ? response
    : objects
        .getByName(movedTo, { locationHint: fallbackLocation })
        .fetch(new Request(request, { headers }));
}

/**
 * Opens a WebSocket for the Worker itself, which answers the client by HTTP.
 * @param request the client's; its other headers and query, which may contain a token, are not forwarded.
 * @returns the accepted socket; an error if the conversation has no room.
 */
export async function openWorkerSocket(
  namespace: Env["CONVERSATION"],
  admitted: AdmittedConnection,
  request: Request,
  config: SocketSettings,
): Promise<WebSocket | ClientError> {
  const { origin, pathname } = new URL(request.url);
  const address = request.headers.get(addressHeader);
  const upgrade = new Request(origin + pathname, {
    headers: { upgrade: "websocket", ...(address !== null && { [addressHeader]: address }) },
    ...(request.cf && { cf: request.cf as never }),
  });
  const response = await openConversationSocket(namespace, admitted, upgrade, config);
  const { webSocket } = response;
  if (!webSocket) return (await refusalIn(response)) ?? conversationFull();
  webSocket.accept();
  return webSocket;
}

/** The response of a conversation that refuses a connection. */
export const refusal = (error: ClientError): Response =>
  Response.json(error, { status: error.status });

/** The error in such a response; undefined in any other. */
export const refusalIn = async (response: Response): Promise<ClientError | undefined> =>
  refusalStatuses.has(response.status) ? response.json<ClientError>() : undefined;

const refusalStatuses: ReadonlySet<number> = new Set([402, 403, 413, 429, 503]);

export const conversationFull = (): ClientError =>
  clientError("CONVERSATION_FULL", "This conversation has no room for another. Try again later.");
