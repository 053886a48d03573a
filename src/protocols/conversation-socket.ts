/** Opens a socket in the object of a conversation, wherever that object is by now. */
import { objectNameOf, type Identity } from "../access/identity.ts";
import type { Config } from "../config.ts";
import { inJurisdiction, movedHeader, nearestLocation, type RequestGeo } from "../placement.ts";
import type { AdmittedClient } from "./attachment.ts";

/** Carries the admitted client, as JSON, from the Worker to the object. */
export const clientHeader = "x-parley-client";

export interface AdmittedConnection {
  readonly identity: Identity;
  readonly client: AdmittedClient;
}

/** @param request the client's upgrade request; its headers are passed on. */
export async function openConversationSocket(
  namespace: Env["CONVERSATION"],
  { identity, client }: AdmittedConnection,
  request: Request,
  { jurisdiction, fallbackLocation }: Pick<Config, "jurisdiction" | "fallbackLocation">,
): Promise<Response> {
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
