/**
 * ADK's session routes, as its API server has them: list, make, read, change and delete conversations.
 *
 * Who may come in is who may open a socket to the same conversation. Refusals are in ADK's shape, `{"detail": …}`.
 */
import { Hono, type Context } from "hono";
import type { Identity } from "../../access/identity.ts";
import { agents } from "../../agents/index.ts";
import { readConfig } from "../../config.ts";
import type { SessionSummary } from "../../core/adk/session-summary.ts";
import { isClientError } from "../../core/errors.ts";
import {
  withoutTemporaryKeys,
  invalidDeltaReason,
  type StateDelta,
} from "../../core/adk/session-state.ts";
import { directoryForScope } from "../../directory.ts";
import type { Event } from "../../wire/adk.ts";
import type { Role } from "../../wire/parley-v1.ts";
import { toCamelCase } from "../../wire/casing.ts";
import { authorizeClient, checkAddress } from "../admission.ts";
import {
  allowListedOrigins,
  conversationOf,
  limitBody,
  transcriptOf,
  type RemoteDescription,
} from "../remote-conversation.ts";
import { bodyOf, detail, refused, roleError } from "./http.ts";
import { bareState, creation, eventOf, misfit, patch } from "./session-json.ts";

const base = "/apps/:app/users/:user/sessions";
const one = `${base}/:session` as const;

interface SessionRoutes {
  Bindings: Env;
  Variables: { identity: Identity };
}

export const adkSessions = new Hono<SessionRoutes>();

adkSessions.use("/list-apps", allowListedOrigins);
for (const path of [base, one])
  adkSessions.use(path, allowListedOrigins, (context, next) => admit(context, next), limitBody);

adkSessions.get("/list-apps", (context) => {
  if (context.req.query("detailed") !== "true") return context.json(agents.map(({ name }) => name));
  const apps = agents.map(({ name, description }) => ({
    name,
    rootAgentName: name,
    description,
    // ADK's clients know "python" and "yaml", and refuse anything else.
    language: "yaml",
    isComputerUse: false,
    agents: null,
  }));
  return context.json({ apps });
});

adkSessions.get(base, async (context) => {
  const { app, user } = context.var.identity;
  const [entries, ofUser, ofApp] = await Promise.all([
    directoryForScope(context.env, "user", context.var.identity).entries(),
    directoryForScope(context.env, "user", context.var.identity).state(),
    directoryForScope(context.env, "app", context.var.identity).state(),
  ]);
  return context.json(
    entries
      // ADK's evaluations make sessions of their own, which its lists do not show.
      .filter(({ session }) => !session.startsWith("___eval___session___"))
      .map((entry) => listed(entry, { app, user }, { ...ofApp, ...ofUser })),
  );
});

adkSessions.post(base, async (context) => {
  const body = toCamelCase(await bodyOf(context));
  const { data, error } = creation.safeParse(body);
  if (error) return context.json(misfit(error, body), 422);
  const session = data?.sessionId?.trim() || crypto.randomUUID();
  const { app, user } = context.var.identity;
  const admission = await authorizeClient(context, { app, user, session });
  if (isClientError(admission)) return refused(context, admission, app);
  const now = Date.now();
  const past = (data?.events ?? [])
    .filter(({ partial }) => partial !== true)
    .map((given) => eventOf(given, crypto.randomUUID(), now));
  return create(context, { app, user, session }, data?.state ?? {}, past);
});

/** ADK's older way: the whole body is the state. */
adkSessions.post(one, async (context) => {
  const body = await bodyOf(context);
  const { data, error } = bareState.safeParse(body);
  if (error) return context.json(misfit(error, body), 422);
  return create(context, context.var.identity, data ?? {}, []);
});

adkSessions.get(one, async (context) => whole(context, context.var.identity));

adkSessions.patch(one, async (context) => {
  const body = toCamelCase(await bodyOf(context));
  const { data, error } = patch.safeParse(body ?? {});
  if (error) return context.json(misfit(error, body), 422);
  const objection = invalidDeltaReason(data.stateDelta);
  if (objection) return detail(context, 400, `The state was not changed: ${objection}.`);
  const remote = await conversationOf(context.env, context.var.identity);
  if (!(await remote.describe())) return detail(context, 404, "Session not found");
  const no = await remote.patch(data.stateDelta);
  return no ? refused(context, no) : whole(context, context.var.identity);
});

/** First the conversation, then its entry: whoever is cut off in between may delete again. */
adkSessions.delete(one, async (context) => {
  const { identity: who } = context.var;
  await (await conversationOf(context.env, who)).delete();
  await directoryForScope(context.env, "user", who).remove(who.session);
  return context.json(null);
});

/** What changes something is for those who may speak; what ends it for all, for operators. */
const requiredRoles: Readonly<Record<string, Role>> = {
  POST: "speaker",
  PATCH: "speaker",
  DELETE: "operator",
};

async function admit(
  context: Context<SessionRoutes>,
  next: () => Promise<void>,
): Promise<Response | undefined> {
  const { req, env } = context;
  const { app = "", user = "", session } = req.param() as Record<string, string>;
  // "-" is no session: a token for one conversation opens no list.
  const named = { app, user, session: session ?? "-" };
  // The token for a new session is checked by that session's own id, which is in the body.
  const isNew = session === undefined && req.method === "POST";
  const admission = isNew
    ? checkAddress(req.raw, named, readConfig(env, agents))
    : await authorizeClient(context, named);
  if (isClientError(admission)) return refused(context, admission, app);
  const needed = requiredRoles[req.method];
  const error = needed && (await roleError(context, needed));
  if (error) return refused(context, error, app);
  context.set("identity", "identity" in admission ? admission.identity : admission);
  await next();
  return undefined;
}

async function create(
  context: Context<SessionRoutes>,
  who: Identity,
  state: StateDelta,
  past: readonly Event[],
): Promise<Response> {
  const objection = [state, ...past.map((event) => event.actions.stateDelta)]
    .map(invalidDeltaReason)
    .find(Boolean);
  if (objection)
    return detail(context, 400, `The session was not made: in its state, ${objection}.`);
  const made = await (
    await conversationOf(context.env, who)
  ).create(withoutTemporaryKeys(state), past);
  if (made === false) return detail(context, 409, `Session already exists: ${who.session}`);
  return made === true ? whole(context, who) : refused(context, made);
}

/** The session with all its events. */
async function whole(context: Context<SessionRoutes>, who: Identity): Promise<Response> {
  const remote = await conversationOf(context.env, who);
  const description = await remote.describe();
  if (!description) return detail(context, 404, "Session not found");
  const events = await transcriptOf(remote);
  const { state, updated } = description;
  return context.json(sessionJson(who, { state, events, updated }));
}

const listed = (
  { session, state, updated }: SessionSummary,
  who: Omit<Identity, "session">,
  shared: Record<string, unknown>,
): object =>
  sessionJson({ ...who, session }, { state: { ...shared, ...state }, events: [], updated });

/** Exactly ADK's six keys: its clients refuse a seventh. Times are seconds. */
const sessionJson = (
  { app, user, session }: Identity,
  { state, events, updated }: RemoteDescription & { readonly events: readonly Event[] },
): object => ({
  id: session,
  appName: app,
  userId: user,
  state,
  events,
  lastUpdateTime: updated / 1000,
});
