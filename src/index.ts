/** The Worker's entry point: its routes, and the exports of the Durable Objects. */
import { Hono } from "hono/tiny";
import { version } from "../package.json";
import { readLiveAddress } from "./protocols/live-api/address.ts";
import { allowFrames } from "./access/frame-ancestors.ts";
import { checkOrigin } from "./access/origin.ts";
import { readClientSettings } from "./agent/client-settings.ts";
import { agents } from "./agents/index.ts";
import { ConfigError, readConfig } from "./config.ts";
import { isClientError, clientError, type ClientError } from "./core/errors.ts";
import { knownPricesOf } from "./core/live-api/prices.ts";
import { adkArtifacts } from "./protocols/adk-server/artifacts-route.ts";
import { adkDev } from "./protocols/adk-server/dev-route.ts";
import { adkLive } from "./protocols/adk-server/live-route.ts";
import { adkRun } from "./protocols/adk-server/run-route.ts";
import { adkSessions } from "./protocols/adk-server/sessions-route.ts";
import { sse } from "./protocols/sse/route.ts";
import { tokens } from "./protocols/control/tokens-route.ts";
import { outboundCalls } from "./protocols/phone/calls-route.ts";
import { phone } from "./protocols/phone/route.ts";
import {
  admittedFields,
  authorizeClient,
  connect,
  protocolOf,
  refuse,
} from "./protocols/admission.ts";
import { connectLiveClient } from "./protocols/live-api/route.ts";
import { isTrue } from "./protocols/request-url.ts";
import { createEphemeralToken } from "./protocols/live-api/auth-tokens-route.ts";
import { idFromQuery } from "./wire/query-id.ts";

export { Conversation } from "./conversation/conversation.ts";
export { Directory } from "./directory.ts";
export { EphemeralTokenStore } from "./ephemeral-token.ts";
export { SessionAdmission } from "./session-admission.ts";

const app = new Hono<{ Bindings: Env }>();

/** Before all routes: with the doubled slash of the SDKs, a Live API path also matches other routes. */
app.use(async (context, next) => {
  const address = readLiveAddress(new URL(context.req.url));
  if (!address) return next();
  return address.endpoint === "socket"
    ? connectLiveClient(context, address)
    : createEphemeralToken(context, address);
});

app.use("/healthz", async ({ req, env }, next) => {
  const error = checkOrigin(req.raw, readConfig(env, agents));
  if (error) return refuse(req.raw, error);
  await next();
  return undefined;
});

/** The page. Its other files are static. */
app.on("GET", ["/", "/index.html"], async ({ req, env }) =>
  allowFrames(await env.ASSETS.fetch(req.raw), Reflect.get(env, "FRAME_ANCESTORS")),
);

/** Names this start of the Worker: `npm start` reads from it that a reload is done. */
let instance: string | undefined;

app.get("/healthz", (context) => {
  instance ??= crypto.randomUUID();
  context.header("x-parley-instance", instance);
  context.header("x-content-type-options", "nosniff");
  context.header("cross-origin-resource-policy", "same-origin");
  const { upstream, defaultApp, upstreamModel } = readConfig(context.env, agents);
  const models = new Set(agents.flatMap(({ models: [model] }) => model ?? []));
  return context.json({
    ok: true,
    version,
    upstream: upstream.name,
    model: agents.find((agent) => agent.name === defaultApp)?.models[0],
    defaultAgent: defaultApp,
    agents: agents.map(({ name, description, suggestions, models: [model], ...agent }) => ({
      name,
      description,
      suggestions,
      model,
      voice: agent.runConfig.voice,
      clientSettings: agent.clientSettings,
    })),
    prices: [...models].flatMap((model) => {
      const prices = knownPricesOf(upstreamModel(model));
      return prices ? { ...prices, model } : [];
    }),
  });
});

/** The protocols of ADK's bidi-demo and parley.v1. */
app.get("/ws/:user/:session", async (context) => {
  const { req } = context;
  const named = {
    app: idFromQuery(req.url, "agent"),
    user: req.param("user"),
    session: req.param("session"),
  };
  const protocol = protocolOf(req.raw);
  const action = protocol === "parley-v1" ? "connectParleyV1" : "connectAdkDemo";
  const admission = await authorizeClient(context, action, named);
  if (isClientError(admission)) return refuse(req.raw, admission);
  const { identity } = admission;
  const agent = agents.find(({ name }) => name === identity.app);
  const settings = agent && readClientSettings((name) => req.query(name), agent, admission.role);
  if (settings && isClientError(settings)) return refuse(req.raw, settings);
  const client = {
    protocol,
    ...admittedFields(admission),
    ...(settings && Object.keys(settings).length > 0 && { settings }),
    proactivity: isTrue(req.query("proactivity")),
    affectiveDialog: isTrue(req.query("affective_dialog")),
    ...(protocol === "parley-v1" &&
      req.query("turns") === "client" && { marksTurns: true as const }),
  };
  return connect(context, { identity, client });
});

app.route("/", adkSessions);
app.route("/", adkRun);
app.route("/", adkLive);
app.route("/", adkArtifacts);
app.route("/", adkDev);
app.route("/", sse);
app.route("/", phone);
app.route("/", outboundCalls);
app.route("/", tokens);

app.notFound((context) =>
  refuse(context.req.raw, clientError("NOT_FOUND", "There is nothing at this address.")),
);

app.onError((error, context) => refuse(context.req.raw, toClientError(error)));

export default app;

function toClientError(error: Error): ClientError {
  if (error instanceof ConfigError)
    return clientError("MISCONFIGURED", `This server is not set up: ${error.message}.`);
  return clientError(
    "INTERNAL",
    "Something went wrong in this server. Nothing said is lost; try again.",
  );
}
