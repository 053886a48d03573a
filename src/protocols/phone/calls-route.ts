/**
 * Outbound calls: an operator's request, and the provider's reports on the progress of a call.
 *
 *     POST /api/calls ─► Twilio's REST API ─► the phone rings ─► POST /twilio/voice?outbound=1 ─► as for a caller
 *                                               └─► POST /twilio/status: initiated, ringing, answered, completed, …
 */
import { Hono } from "hono/tiny";
import * as z from "zod";
import { agents } from "../../agents/index.ts";
import { readConfig, type Config } from "../../config.ts";
import { clientError, isClientError, type ClientError } from "../../core/errors.ts";
import { isolateOverload } from "../../core/policy/overload.ts";
import { directoryOf } from "../../directory.ts";
import { idFromQuery } from "../../wire/query-id.ts";
import { authorizeClient, refuse, refuseBeforeBody, type WorkerRequest } from "../admission.ts";
import { conversationOf } from "../remote-conversation.ts";
import { readBody } from "../request-body.ts";
import { describeJsonFault, parseJson } from "../validators.ts";
import { callIdentity, errorResponse, maxBodyBytes, requestError } from "./call-request.ts";
import { phoneProviders } from "./providers.ts";
import { placeTwilioCall } from "./twilio-calls.ts";
import { lazy } from "../../wire/lazy.ts";

export const outboundCalls = new Hono<{ Bindings: Env }>();

const callSchema = lazy(() =>
  z.strictObject({
    /** E.164. */
    to: z.string().regex(/^\+[1-9]\d{6,14}$/, "must be a number such as +14155550123"),
    agent: z.string().optional(),
    user: z.string().optional(),
    session: z.string().optional(),
    /** How long the phone rings, in s. */
    ringSeconds: z.int().min(5).max(120).default(30),
    /** Twilio listens first whether a person answers: with a machine the call ends, or the agent is told. */
    onMachine: z.enum(["hangUp", "tell"]).optional(),
  }),
);

export type CallRequest = z.output<ReturnType<typeof callSchema>>;

type Outbound = NonNullable<NonNullable<Config["phone"]>["outbound"]>;

outboundCalls.post("/api/calls", async (context) => {
  const placed = await placeCall(context);
  return isClientError(placed) ? refuse(context.req.raw, placed) : context.json(placed, 201);
});

for (const provider of Object.values(phoneProviders))
  outboundCalls.post(`/${provider.name}/status`, async ({ req, env, body }) => {
    const text = await readBody(req.raw, maxBodyBytes);
    if (typeof text !== "string") return errorResponse(text);
    const error = await requestError(provider, { req, env }, text);
    if (error) return errorResponse(error);
    const form = provider.readForm(new URLSearchParams(text));
    const app = idFromQuery(req.url, "agent") ?? readConfig(env, agents).defaultApp;
    const identity = await callIdentity(provider, form, app, req);
    if (isClientError(identity)) return errorResponse(identity);
    const { status } = form;
    if (status) await (await conversationOf(env, identity)).reportCall(status);
    return body(null, 204);
  });

interface PlacedCall {
  /** The provider's id of the call. */
  readonly call: string;
  readonly status: string;
  readonly agent: string;
  readonly user: string;
  readonly session: string;
}

async function placeCall({ req, env }: WorkerRequest): Promise<PlacedCall | ClientError> {
  const config = readConfig(env, agents);
  const outbound = outboundSettings(config);
  if (isClientError(outbound)) return outbound;
  const refusal = await refuseBeforeBody({ req, env }, "placeCall");
  if (refusal) return refusal;
  const body = await readBody(req.raw, maxBodyBytes);
  if (typeof body !== "string") return body;
  const request = parseRequest(body);
  if (isClientError(request)) return request;
  // A token that is bound to a user or a session permits calls in its name alone.
  const { agent, user = request.to, session } = request;
  const named = { app: agent, user, session: session ?? "outbound" };
  const admission = await authorizeClient({ req, env }, "placeCall", named);
  if (isClientError(admission)) return admission;
  if (!isAllowed(request.to, outbound.allowed)) return notAllowed(request.to);
  const busy = isolateOverload.refusal(Date.now(), Math.random());
  // The conversation's isolate may be another one.
  const error =
    busy ?? (session && (await (await conversationOf(env, admission.identity)).callError()));
  if (error) return error;
  const { app } = admission.identity;
  // The directory of no app and no user: the limit is the server's.
  const isWithinLimit = await directoryOf(env, "*", "*").admitCall(outbound.perMinute);
  if (!isWithinLimit) return tooManyCalls(outbound.perMinute);
  const placed = await placeTwilioCall(outbound, { ...request, agent: app, user });
  if (isClientError(placed)) return placed;
  return { ...placed, agent: app, user, session: session ?? placed.call };
}

function outboundSettings({ phone, auth }: Config): Outbound | ClientError {
  if (!phone?.outbound)
    return clientError(
      "NOT_ENABLED",
      "This server places no calls: TWILIO_ACCOUNT_SID and PHONE_NUMBER are not set. Its operator must set them, with TWILIO_AUTH_TOKEN and PUBLIC_URL.",
    );
  // Calls cost money: not even a development server may place them for any client.
  return auth.secret === undefined
    ? clientError(
        "NOT_ENABLED",
        "This server places no calls: AUTH_SECRET is not set, and only an operator's token may ask for one.",
      )
    : phone.outbound;
}

function parseRequest(body: string): CallRequest | ClientError {
  const value = parseJson(body);
  if (value === undefined)
    return clientError("BAD_FRAME", `No call was placed: the body ${describeJsonFault(body)}.`);
  const { data, error } = callSchema().safeParse(value);
  return data ?? clientError("BAD_FRAME", `No call was placed. ${z.prettifyError(error)}`);
}

/** @param patterns numbers; one that ends with `*` stands for all that begin so. */
const isAllowed = (to: string, patterns: readonly string[]): boolean =>
  patterns.some((pattern) =>
    pattern.endsWith("*") ? to.startsWith(pattern.slice(0, -1)) : to === pattern,
  );

const notAllowed = (to: string): ClientError =>
  clientError(
    "NOT_ALLOWED",
    `No call was placed: ${to} is not in CALLS_ALLOWED_TO. The server's operator must add it.`,
  );

const tooManyCalls = (perMinute: number): ClientError =>
  clientError(
    "TOO_MANY_CALLS",
    `No call was placed: this server places ${perMinute} a minute (CALLS_PER_MINUTE). Try again in a minute.`,
  );
