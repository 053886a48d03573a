/** Checks and reads the requests that a telephone provider makes about a call. */
import { idFromName, parseIdentity, type Identity } from "../../access/identity.ts";
import { agents } from "../../agents/index.ts";
import { readConfig } from "../../config.ts";
import { clientError, type ClientError } from "../../core/errors.ts";
import { limits } from "../../core/policy/limits.ts";
import { idFromQuery } from "../../wire/query-id.ts";
import type { WorkerRequest } from "../admission.ts";
import { retryHeaders } from "../retry-after.ts";
import { partyName } from "./party-name.ts";
import type { CallForm, PhoneProvider } from "./provider.ts";

export const maxBodyBytes = limits.controlBodyBytes.value;

/** Checks the provider's signature. @param body of a webhook; undefined for a stream. */
export async function requestError(
  provider: PhoneProvider,
  { req, env }: WorkerRequest,
  body: string | undefined,
): Promise<ClientError | undefined> {
  const { phone: settings } = readConfig(env, agents);
  const key = settings?.keys[provider.name];
  if (!settings || key === undefined) return noPhone(provider);
  if (body === undefined && !provider.signsStreams) return undefined;
  const { pathname, search } = new URL(req.url);
  const { publicUrl } = settings;
  // A stream is known by its `ws` URL.
  const base = body === undefined ? publicUrl.replace(/^http/, "ws") : publicUrl;
  const request = { url: `${base}${pathname}${search}`, headers: req.raw.headers, body };
  return (await provider.verify(request, key, Date.now())) ? undefined : wrongSignature(provider);
}

/** Whether the server has placed the call. */
export const isPlaced = ({ signsAddress }: PhoneProvider, req: WorkerRequest["req"]): boolean =>
  signsAddress && req.query("outbound") === "1";

/** The conversation of a call: the other party and the call, or what the server named when it placed the call. */
export async function callIdentity(
  provider: PhoneProvider,
  { ids: [id = ""], from, to }: CallForm,
  app: string,
  req: WorkerRequest["req"],
): Promise<Identity | ClientError> {
  const isOutbound = isPlaced(provider, req);
  const user =
    (isOutbound && idFromQuery(req.url, "user")) || (await userOf(isOutbound ? to : from, id));
  return parseIdentity(app, user, (isOutbound && idFromQuery(req.url, "session")) || id);
}

/** The other party's user id; a party that has no name of its own is a user of this call alone. */
async function userOf(party: string | undefined, call: string): Promise<string> {
  return idFromName(partyName(party) ?? `call:${call}`);
}

export const errorResponse = (error: ClientError): Response => {
  const { code, message, action, status } = error;
  return Response.json({ code, message, action }, { status, headers: retryHeaders(error) });
};

const noPhone = ({ title, keySetting }: PhoneProvider): ClientError =>
  clientError(
    "MISCONFIGURED",
    `This server answers no telephone calls of ${title}: ${keySetting} is not set. Its operator must set it, and PUBLIC_URL.`,
  );

const wrongSignature = ({ title, keySetting }: PhoneProvider): ClientError =>
  clientError(
    "NOT_ALLOWED",
    `The request is not signed by ${title}: ${keySetting} is not the account's, or PUBLIC_URL is not the address that ${title} was given.`,
  );
