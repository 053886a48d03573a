/**
 * ADK's session routes, as its API server has them: list, make, read, change and delete conversations.
 *
 * Who may come in is who may open a socket to the same conversation. Refusals are in ADK's shape, `{"detail": …}`.
 */
import { Hono, type Context } from "hono";
import { parseIdentity, type Identity } from "../../access/identity.ts";
import { checkOrigin } from "../../access/origin.ts";
import { agents } from "../../agents/index.ts";
import { readConfig } from "../../config.ts";
import type { Description } from "../../conversation/session-store.ts";
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
import {
  admitted,
  bodyOf,
  bounded,
  conversationOf,
  detail,
  fromPages,
  refused,
  transcriptOf,
  unfit,
  type Sessions,
} from "./http.ts";
import { bareState, creation, eventOf, misfit, patch } from "./session-json.ts";

const base = "/apps/:app/users/:user/sessions";
const one = `${base}/:session` as const;
export const adkSessions = new Hono<Sessions>();

adkSessions.use("/list-apps", fromPages);
for (const path of [base, one])
  adkSessions.use(path, fromPages, (context, next) => enter(context, next), bounded);

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
  const { app, user } = context.var.who;
  const [entries, ofUser, ofApp] = await Promise.all([
    directoryForScope(context.env, "user", context.var.who).entries(),
    directoryForScope(context.env, "user", context.var.who).state(),
    directoryForScope(context.env, "app", context.var.who).state(),
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
  const { app, user } = context.var.who;
  const who = parseIdentity(app, user, session);
  const no = isClientError(who) ? who : await admitted(context, who);
  if (no) return refused(context, no);
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
  return create(context, context.var.who, data ?? {}, []);
});

adkSessions.get(one, async (context) => whole(context, context.var.who));

adkSessions.patch(one, async (context) => {
  const body = toCamelCase(await bodyOf(context));
  const { data, error } = patch.safeParse(body ?? {});
  if (error) return context.json(misfit(error, body), 422);
  const objection = invalidDeltaReason(data.stateDelta);
  if (objection) return detail(context, 400, `The state was not changed: ${objection}.`);
  const remote = await conversationOf(context.env, context.var.who);
  if (!(await remote.describe())) return detail(context, 404, "Session not found");
  const no = await remote.patch(data.stateDelta);
  return no ? refused(context, no) : whole(context, context.var.who);
});

/** First the conversation, then its entry: whoever is cut off in between may delete again. */
adkSessions.delete(one, async (context) => {
  const { who } = context.var;
  await (await conversationOf(context.env, who)).delete();
  await directoryForScope(context.env, "user", who).remove(who.session);
  return context.json(null);
});

/** What changes something is for those who may speak; what ends it for all, for operators. */
const leastFor: Readonly<Record<string, Role>> = {
  POST: "speaker",
  PATCH: "speaker",
  DELETE: "operator",
};

/** Address, agent, origin, token and its role, in that order. */
async function enter(
  context: Context<Sessions>,
  next: () => Promise<void>,
): Promise<Response | undefined> {
  const { app = "", user = "", session } = context.req.param() as Record<string, string>;
  const who = parseIdentity(app, user, session ?? "-");
  if (isClientError(who)) return refused(context, who);
  if (!agents.some(({ name }) => name === app))
    return detail(context, 404, `App not found: ${app}`);
  const { allowedOrigins } = readConfig(context.env, agents);
  // A preflight was answered before; FastAPI answers a foreign page in plain text.
  if (checkOrigin(context.req.raw, allowedOrigins))
    return context.text("Forbidden: origin not allowed", 403);
  // A token for one conversation opens no list: "-" stands for none. A new one is checked by its own id.
  const isNew = session === undefined && context.req.method === "POST";
  const needed = leastFor[context.req.method];
  const no =
    (isNew ? undefined : await admitted(context, who)) ??
    (needed && (await unfit(context, needed)));
  if (no) return refused(context, no);
  context.set("who", who);
  await next();
  return undefined;
}

async function create(
  context: Context<Sessions>,
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
async function whole(context: Context<Sessions>, who: Identity): Promise<Response> {
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
  { state, events, updated }: Description & { readonly events: readonly Event[] },
): object => ({
  id: session,
  appName: app,
  userId: user,
  state,
  events,
  lastUpdateTime: updated / 1000,
});
