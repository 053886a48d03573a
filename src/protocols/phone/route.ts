/**
 * The routes of the telephone providers: the webhook that answers a call, and the media stream that carries its audio.
 *
 *     POST /twilio/voice ─► stream URL and token ─► WS /twilio/stream/… ─► (stream over) ─► POST /twilio/voice?again=1
 *                                                        └─ (call ended) ─► hang up
 */
import type { Context } from "hono";
import { Hono } from "hono/tiny";
import { parseIdentity, type Identity } from "../../access/identity.ts";
import { agents } from "../../agents/index.ts";
import { readConfig } from "../../config.ts";
import { isClientError, type ClientError } from "../../core/errors.ts";
import { checkAgent, isUpgrade, notAWebSocket, type WorkerRequest } from "../admission.ts";
import { noPreferences, type PhoneProtocolName } from "../attachment.ts";
import { openConversationSocket, refusalIn } from "../conversation-socket.ts";
import { conversationOf, type CallContinuation } from "../remote-conversation.ts";
import { idFromQuery } from "../../wire/query-id.ts";
import {
  callIdentity,
  errorResponse,
  isPlaced,
  maxBodyBytes,
  requestError,
} from "./call-request.ts";
import { readBody } from "../request-body.ts";
import type { PhoneProvider } from "./provider.ts";
import { phoneProviders } from "./providers.ts";

export const phone = new Hono<{ Bindings: Env }>();

/** Bounds the cost of a stream that keeps breaking while the caller stays on the line. */
const maxReconnects = 5;

for (const provider of Object.values(phoneProviders)) {
  phone.post(`/${provider.name}/voice`, async (context) => {
    const body = await readBody(context.req.raw, maxBodyBytes);
    const xml = typeof body === "string" ? await answerCall(provider, context, body) : body;
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
  const response = await openConversationSocket(
    env.CONVERSATION,
    { identity, client },
    req.raw,
    readConfig(env, agents),
  );
  // A telephone provider reports a status, and shows no frame to the caller.
  const full = await refusalIn(response);
  return full ? errorResponse(full) : response;
}

/** @param body the form of the webhook. @returns instructions, as XML. */
async function answerCall(
  provider: PhoneProvider,
  { req, env }: WorkerRequest,
  body: string,
): Promise<string | ClientError> {
  const error = await requestError(provider, { req, env }, body);
  if (error) return error;
  const { phone, defaultApp } = readConfig(env, agents);
  const form = provider.readForm(new URLSearchParams(body));
  const app = idFromQuery(req.url, "agent") ?? defaultApp;
  const identity = await callIdentity(provider, form, app, req);
  if (isClientError(identity)) return identity;
  const unknownAgent = checkAgent(identity.app);
  if (unknownAgent) return unknownAgent;
  const reconnects = reconnectsOf(req.query("again"));
  if (reconnects > maxReconnects) return provider.hangUp();
  const token = crypto.getRandomValues(new Uint8Array(24)).toHex();
  const conversation = await conversationOf(env, identity);
  const { ids, dialled } = form;
  const isReconnect = reconnects > 0;
  const machine = form.answeredBy === "machine" ? machineOption(req.query("machine")) : undefined;
  const isInbound = !isPlaced(provider, req);
  const step = await conversation.continueCall({
    token,
    ids,
    isReconnect,
    isInbound,
    dialled,
    machine,
  });
  const publicUrl = phone?.publicUrl ?? "";
  const afterwards = reconnectUrl(provider, publicUrl, identity, req.query());
  switch (step.type) {
    case "stream":
      return provider.connect({
        stream: streamUrl(provider, publicUrl, identity),
        token,
        afterwards,
      });
    case "dial":
      return provider.dial({ to: step.to, afterwards });
    case "reject":
      return provider.reject();
    case "hangUp":
      return provider.hangUp();
  }
}

const machineOption = (option: string | undefined): CallContinuation["machine"] =>
  option === "hangUp" ? "hangUp" : "tell";

/** The webhook again, when the stream or the dialling is over. */
function reconnectUrl(
  { name }: PhoneProvider,
  publicUrl: string,
  { app }: Identity,
  { again, outbound, session, user }: Readonly<Record<string, string>>,
): string {
  const query = new URLSearchParams({
    again: `${reconnectsOf(again) + 1}`,
    agent: app,
    ...(outbound === "1" && { outbound, ...(session && { session }), ...(user && { user }) }),
  });
  return `${publicUrl}/${name}/voice?${query.toString()}`;
}

const reconnectsOf = (again: string | undefined): number =>
  Math.max(0, Math.trunc(Number(again ?? 0)) || 0);

const streamUrl = (
  { name }: PhoneProvider,
  publicUrl: string,
  { app, user, session }: Identity,
): string => `${publicUrl.replace(/^http/, "ws")}/${name}/stream/${app}/${user}/${session}`;
