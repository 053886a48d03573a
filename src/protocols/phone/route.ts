/**
 * The routes of the telephone providers: the webhook that answers a call, and the media stream that carries its audio.
 *
 *     POST /twilio/voice ─► stream URL and token ─► WS /twilio/stream/… ─► (stream over) ─► POST /twilio/voice?again=1
 *                                                        └─ (call ended) ─► hang up
 */
import { Hono, type Context } from "hono";
import { bodyLimit } from "hono/body-limit";
import { parseIdentity, type Identity } from "../../access/identity.ts";
import { agents } from "../../agents/index.ts";
import { readConfig, type Config } from "../../config.ts";
import { isClientError, clientError, type ClientError } from "../../core/errors.ts";
import { checkAgent, isUpgrade, notAWebSocket, type WorkerRequest } from "../admission.ts";
import { noPreferences, type PhoneProtocolName } from "../attachment.ts";
import { openConversationSocket } from "../conversation-socket.ts";
import { conversationOf } from "../remote-conversation.ts";
import { idFromQuery } from "../../wire/query-id.ts";
import type { CallForm, PhoneProvider } from "./provider.ts";
import { phoneProviders } from "./providers.ts";

export const phone = new Hono<{ Bindings: Env }>();

const maxBodyBytes = 64 * 1024;
/** Bounds the cost of a stream that keeps breaking while the caller stays on the line. */
const maxReconnects = 5;

type Phone = NonNullable<Config["phone"]>;

for (const provider of Object.values(phoneProviders)) {
  phone.post(`/${provider.name}/voice`, bodyLimit({ maxSize: maxBodyBytes }), async (context) => {
    const xml = await answerCall(provider, context, await context.req.text());
    return typeof xml === "string"
      ? context.body(xml, 200, { "Content-Type": "text/xml; charset=utf-8" })
      : errorResponse(xml);
  });

  phone.get(`/${provider.name}/stream/:app/:user/:session`, (context) =>
    openStream(provider, context),
  );
}

async function openStream(
  provider: PhoneProvider,
  { req, env }: Context<{ Bindings: Env }, `/${PhoneProtocolName}/stream/:app/:user/:session`>,
): Promise<Response> {
  const identity = parseIdentity(req.param("app"), req.param("user"), req.param("session"));
  if (isClientError(identity)) return errorResponse(identity);
  const { app } = identity;
  const error = checkAgent(app) ?? (await requestError(provider, { req, env }, undefined));
  if (error) return errorResponse(error);
  if (!isUpgrade(req.raw)) return errorResponse(notAWebSocket());
  const role = "speaker";
  const { name: protocol } = provider;
  const client = { protocol, app, role, granted: role, ...noPreferences } as const;
  return openConversationSocket(
    env.CONVERSATION,
    { identity, client },
    req.raw,
    readConfig(env, agents),
  );
}

/** @param body the form of the webhook. @returns instructions, as XML. */
async function answerCall(
  provider: PhoneProvider,
  { req, env }: WorkerRequest,
  body: string,
): Promise<string | ClientError> {
  const error = await requestError(provider, { req, env }, body);
  if (error) return error;
  const config = readConfig(env, agents);
  if (!config.phone) return noPhone(provider);
  const form = provider.readForm(new URLSearchParams(body));
  const identity = identityOf(form, idFromQuery(req.query("agent")) ?? config.defaultApp);
  if (isClientError(identity)) return identity;
  const unknownAgent = checkAgent(identity.app);
  if (unknownAgent) return unknownAgent;
  const reconnects = Math.max(0, Math.trunc(Number(req.query("again") ?? 0)) || 0);
  if (reconnects > maxReconnects) return provider.hangUp();
  const token = crypto.getRandomValues(new Uint8Array(24)).toHex();
  const conversation = await conversationOf(env, identity);
  const { ids, dialled } = form;
  const isReconnect = reconnects > 0;
  const step = await conversation.continueCall({ token, ids, isReconnect, dialled });
  const afterwards = reconnectUrl(provider, config.phone, identity, reconnects);
  switch (step.type) {
    case "stream":
      return provider.connect({
        stream: streamUrl(provider, config.phone, identity),
        token,
        afterwards,
      });
    case "dial":
      return provider.dial({ to: step.to, afterwards });
    case "hangUp":
      return provider.hangUp();
  }
}

const identityOf = ({ ids: [id = ""], from }: CallForm, app: string): Identity | ClientError =>
  parseIdentity(app, userOf(from), id);

/** The webhook again, when the stream or the dialling is over. */
function reconnectUrl(
  { name }: PhoneProvider,
  { publicUrl }: Phone,
  { app }: Identity,
  reconnects: number,
): string {
  const query = new URLSearchParams({ again: `${reconnects + 1}`, agent: app });
  return `${publicUrl}/${name}/voice?${query.toString()}`;
}

const streamUrl = (
  { name }: PhoneProvider,
  { publicUrl }: Phone,
  { app, user, session }: Identity,
): string => `${publicUrl.replace(/^http/, "ws")}/${name}/stream/${app}/${user}/${session}`;

/** Checks the provider's signature. @param body of a webhook; undefined for a stream. */
async function requestError(
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

/** The caller's number; in a SIP address, replaces the characters that are invalid in an identity. */
const userOf = (from = ""): string =>
  from.replaceAll(/[^A-Za-z0-9._:@+-]/g, "_").slice(0, 128) || "anonymous";

const errorResponse = ({ code, message, action, status }: ClientError): Response =>
  Response.json({ code, message, action }, { status });

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
