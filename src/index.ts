/** The Worker: routes, and the Durable Objects' exports. */
import { Hono, type Context } from "hono";
import { secureHeaders } from "hono/secure-headers";
import { version } from "../package.json";
import { parseIdentity } from "./access/identity.ts";
import { readLiveAddress } from "./protocols/live-api/address.ts";
import { checkOrigin } from "./access/origin.ts";
import { authorize, roleOf } from "./access/token.ts";
import { agents } from "./agents/index.ts";
import { pictureAt } from "./agents/concierge/picture.ts";
import { ConfigError, readConfig } from "./config.ts";
import { isClientError, clientError, type ClientError } from "./core/errors.ts";
import { adkArtifacts } from "./protocols/adk-server/artifacts-route.ts";
import { adkDev } from "./protocols/adk-server/dev-route.ts";
import { adkLive } from "./protocols/adk-server/live-route.ts";
import { adkRun } from "./protocols/adk-server/run-route.ts";
import { adkSessions } from "./protocols/adk-server/sessions-route.ts";
import { sse } from "./protocols/sse/route.ts";
import { phone } from "./protocols/twilio/route.ts";
import { checkAgent, doorFor, join, refuse, type Entry } from "./protocols/admission.ts";
import { liveSocket } from "./protocols/live-api/route.ts";
import { mintTicket } from "./protocols/live-api/auth-tokens-route.ts";

export { Conversation } from "./conversation/conversation.ts";
export { Directory } from "./directory.ts";
export { Ticket } from "./ephemeral-token.ts";

const app = new Hono<{ Bindings: Env }>();

/** First of all: the Live API's paths look like others once a slash is doubled. */
app.use(async (context, next) => {
  const address = readLiveAddress(new URL(context.req.url));
  if (!address) return next();
  return address.what === "socket" ? liveSocket(context, address) : mintTicket(context, address);
});

app.use("/healthz", secureHeaders());

app.get("/healthz", (context) => {
  const { upstream, defaultApp } = readConfig(context.env, agents);
  return context.json({
    ok: true,
    version,
    upstream: upstream.name,
    model: agents.find((agent) => agent.name === defaultApp)?.models[0],
    defaultAgent: defaultApp,
    agents: agents.map(({ name, description, suggestions, models: [model] }) => ({
      name,
      description,
      suggestions,
      model,
    })),
  });
});

/** ADK bidi-demo, and the native door. */
app.get("/ws/:user/:session", async (context) => {
  const entry = await enter(context);
  return isClientError(entry) ? refuse(context.req.raw, entry) : join(context, entry);
});

/** The pictures of the concierge's things. */
app.get(
  "/products/:file",
  ({ req }) =>
    pictureAt(req.param("file")) ??
    refuse(req.raw, clientError("NOT_FOUND", "There is no such thing, and no picture of it.")),
);

app.route("/", adkSessions);
app.route("/", adkRun);
app.route("/", adkLive);
app.route("/", adkArtifacts);
app.route("/", adkDev);
app.route("/", sse);
app.route("/", phone);

app.notFound((context) =>
  refuse(context.req.raw, clientError("NOT_FOUND", "There is nothing at this address.")),
);

app.onError((error, context) => refuse(context.req.raw, asProblem(error)));

export default app;

type Demo = Context<{ Bindings: Env }, "/ws/:user/:session">;

/** Who comes in, or why not: address, agent, origin and token, in that order. */
async function enter({ req, env }: Demo): Promise<Entry | ClientError> {
  const config = readConfig(env, agents);
  const app = req.query("agent") ?? config.defaultApp;
  const conversation = parseIdentity(app, req.param("user"), req.param("session"));
  if (isClientError(conversation)) return conversation;
  const no =
    checkAgent(app) ??
    checkOrigin(req.raw, config.allowedOrigins) ??
    (await authorize(req.raw, conversation, config.auth));
  if (no) return no;
  const role = await roleOf(req.raw, config.auth);
  return {
    conversation,
    seat: { door: doorFor(req.raw), app, role, granted: role, ...wishes(req) },
  };
}

const wishes = (req: Demo["req"]) => ({
  proactivity: flag(req.query("proactivity")),
  affectiveDialog: flag(req.query("affective_dialog")),
});

/** As FastAPI reads a boolean of a query, which ADK's servers use. */
const flag = (value: string | undefined): boolean => /^(true|1|yes|on)$/i.test(value ?? "");

function asProblem(error: Error): ClientError {
  if (error instanceof ConfigError)
    return clientError("MISCONFIGURED", `This server is not set up: ${error.message}.`);
  return clientError(
    "INTERNAL",
    "Something went wrong in this server. Nothing said is lost; try again.",
  );
}
