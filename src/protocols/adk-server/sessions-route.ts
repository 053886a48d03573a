/**
 * The session routes of ADK's API server: list, create, read, change and delete conversations.
 *
 * A request needs the same token as a socket to the same conversation. Errors have ADK's shape, `{"detail": …}`.
 */
import type { Context } from "hono";
import { Hono } from "hono/tiny";
import { callerKey, type Caller } from "../../access/address.ts";
import type { Grant } from "../../access/claims.ts";
import { scopeError, userStateError } from "../../access/grant-checks.ts";
import { isNamedUser, parseIdentity, type Identity } from "../../access/identity.ts";
import { agents } from "../../agents/index.ts";
import { readConfig } from "../../config.ts";
import {
  maxListedSessions,
  type SessionPageRequest,
  type SessionSummary,
} from "../../core/adk/session-summary.ts";
import { persistentEvent } from "../../core/adk/stored-event.ts";
import { isClientError, type ClientError } from "../../core/errors.ts";
import type { RouteActionName } from "../../core/policy/route-permissions.ts";
import {
  withoutTemporaryKeys,
  invalidDeltaReason,
  type StateDelta,
} from "../../core/adk/session-state.ts";
import { directoryForScope, userDirectoryOf } from "../../directory.ts";
import type { Event } from "../../wire/adk.ts";
import { normalizeAdkFields } from "../../wire/casing.ts";
import { newEventId } from "../../wire/event-id.ts";
import {
  authorizeClient,
  authorizeForUser,
  callerOf,
  connectionToken,
  type Admission,
  type NamedUser,
} from "../admission.ts";
import { connectionLimitError } from "../connection-limits.ts";
import {
  allowListedOrigins,
  conversationOf,
  transcriptPages,
  type RemoteDescription,
} from "../remote-conversation.ts";
import { bodyOf, checkPage, detail, errorResponse, streamOfTexts } from "./http.ts";
import {
  bareStateSchema,
  createSchema,
  eventOf,
  patchSchema,
  validationErrors,
} from "./session-json.ts";

const userPath = "/apps/:app/users/:user";
const base = `${userPath}/sessions` as const;
const sessionPath = `${base}/:session` as const;

/** Of the ids of sessions that ADK's evaluations make, of ADK 2.13 and of earlier versions. */
const evaluationPrefixes = ["adk-eval-session-", "___eval___session___"];

interface SessionRoutes {
  Bindings: Env;
  Variables: { identity: Identity; grant: Grant; caller: Caller };
}

export const adkSessions = new Hono<SessionRoutes>();

adkSessions.use("/list-apps", allowListedOrigins, (context, next) => checkPage(context, next));
for (const path of [base, sessionPath])
  adkSessions.use(path, allowListedOrigins, (context, next) => admit(context, next));

adkSessions.use(userPath, allowListedOrigins, (context, next) =>
  admit(context, next, "deleteUser"),
);

adkSessions.get("/list-apps", (context) => {
  if (context.req.query("detailed") !== "true") return context.json(agents.map(({ name }) => name));
  const apps = agents.map(({ name, description }) => ({
    name,
    rootAgentName: name,
    description,
    // ADK's clients refuse any language except "python" and "yaml".
    language: "yaml",
    isComputerUse: false,
    agents: null,
  }));
  return context.json({ apps });
});

/** ADK's clients read the body alone, and get the newest page; the headers tell others of the next one. */
adkSessions.get(base, async (context) => {
  const { app, user } = context.var.identity;
  const request = pageRequest(context);
  if (request instanceof Response) return request;
  const directory = directoryForScope(context.env, "user", context.var.identity);
  const key = callerKey(context.var.caller);
  const error = await directory.readingError(key);
  if (error) return errorResponse(context, error, app);
  const [userState, appState] = await Promise.all([
    isNamedUser(user) ? directory.state() : {},
    directoryForScope(context.env, "app", context.var.identity).state(),
  ]);
  const shared = { ...appState, ...userState };
  const page = await directory.read(request, {
    key,
    bytesEach: JSON.stringify(shared).length,
  });
  if ("code" in page) return errorResponse(context, page, app);
  const { sessions, next, total } = page;
  const isTitled = context.req.query("titles") === "1";
  context.header("x-total-count", `${total}`);
  if (next) context.header("x-next-page-token", `${next.updated}.${next.session}`);
  return context.json(
    sessions
      // ADK's lists hide the sessions of its evaluations.
      .filter(({ session }) => !evaluationPrefixes.some((prefix) => session.startsWith(prefix)))
      .map((summary) => ({
        ...summaryJson(summary, { app, user }, shared),
        ...(isTitled && { title: summary.title, turns: summary.turns }),
      })),
  );
});

/** `limit` and `page_token` of the query. */
function pageRequest(context: Context<SessionRoutes>): SessionPageRequest | Response {
  const { limit = `${maxListedSessions}`, page_token: token } = context.req.query();
  const size = /^[1-9]\d{0,3}$/.test(limit) ? Number(limit) : Infinity;
  if (size > maxListedSessions)
    return detail(context, 400, `\`limit\` must be a number from 1 to ${maxListedSessions}.`);
  if (token === undefined) return { limit: size };
  const [, updated, session] = /^(\d{1,15})\.(.+)$/.exec(token) ?? [];
  return session === undefined
    ? detail(context, 400, "`page_token` must be the `x-next-page-token` of the page before.")
    : { limit: size, after: { updated: Number(updated), session } };
}

adkSessions.post(base, async (context) => {
  const sent = await bodyOf(context);
  if (sent instanceof Response) return sent;
  const body = normalizeAdkFields(sent);
  const { data, error } = createSchema().safeParse(body);
  if (error) return context.json(validationErrors(error, body), 422);
  if (Object.keys(data?.options ?? {}).length > 0)
    return detail(
      context,
      400,
      "Session options are not supported by the configured session service. Nothing was made: leave `options` out.",
    );
  const session = data?.sessionId?.trim() || crypto.randomUUID();
  const { app, user } = context.var.identity;
  const identity = parseIdentity(app, user, session);
  if (isClientError(identity)) return errorResponse(context, identity, app);
  const mismatch = scopeError(context.var.grant, identity);
  if (mismatch) return errorResponse(context, mismatch, app);
  const now = Date.now();
  const history = (data?.events ?? [])
    .filter(({ partial }) => partial !== true)
    .map((event) => eventOf(event, newEventId(), now));
  return create(context, identity, data?.state ?? {}, history);
});

/** ADK's older request: the whole body is the state. */
adkSessions.post(sessionPath, async (context) => {
  const body = await bodyOf(context);
  if (body instanceof Response) return body;
  const { data, error } = bareStateSchema().safeParse(body);
  if (error) return context.json(validationErrors(error, body), 422);
  return create(context, context.var.identity, data ?? {}, []);
});

adkSessions.get(sessionPath, async (context) => {
  const { identity } = context.var;
  const remote = await conversationOf(context.env, identity);
  const error = await remote.readingError(context.var.caller);
  return error ? errorResponse(context, error) : sessionResponse(context, identity);
});

adkSessions.patch(sessionPath, async (context) => {
  const sent = await bodyOf(context);
  if (sent instanceof Response) return sent;
  const body = normalizeAdkFields(sent);
  const { data, error } = patchSchema().safeParse(body ?? {});
  if (error) return context.json(validationErrors(error, body), 422);
  const reason = invalidDeltaReason(data.stateDelta);
  if (reason) return detail(context, 400, `The state was not changed: ${reason}.`);
  const foreign = foreignStateError(context, data.stateDelta);
  if (foreign) return errorResponse(context, foreign);
  const remote = await conversationOf(context.env, context.var.identity);
  const patchError = await remote.patch(data.stateDelta, context.var.caller);
  return patchError
    ? errorResponse(context, patchError)
    : sessionResponse(context, context.var.identity);
});

/** The conversation first, then its directory entry: after a failure in between, the client can delete again. */
adkSessions.delete(sessionPath, async (context) => {
  const { identity } = context.var;
  const remote = await conversationOf(context.env, identity);
  const error = await remote.exclusionError(context.var.caller);
  if (error) return errorResponse(context, error);
  await remote.delete();
  const { retention } = readConfig(context.env, agents).timeouts;
  await directoryForScope(context.env, "user", identity).remove(identity.session, retention);
  return context.json(null);
});

adkSessions.delete(userPath, async (context) => {
  const { app, user } = context.var.identity;
  if (!isNamedUser(user))
    return detail(
      context,
      400,
      `Nothing was deleted: "${user}" stands for all clients without a name. Delete their sessions one by one.`,
    );
  const report = await userDirectoryOf(context.env, { app, user }).deleteUser({ app, user });
  return context.json(report, report.pendingSessions > 0 ? 202 : 200);
});

/** By method; any other needs the most. */
const actions: Readonly<Record<string, RouteActionName>> = {
  GET: "readSession",
  HEAD: "readSession",
  POST: "createSession",
  PATCH: "changeSession",
};

async function admit(
  context: Context<SessionRoutes>,
  next: () => Promise<void>,
  only?: "deleteUser",
): Promise<Response | undefined> {
  const { app = "", user = "", session } = context.req.param() as Record<string, string>;
  const action = only ?? actions[context.req.method] ?? "deleteSession";
  const admission = await (session === undefined
    ? admitToList(context, action, { app, user })
    : authorizeClient(context, action, { app, user, session }));
  if (isClientError(admission)) return errorResponse(context, admission, app);
  context.set("identity", admission.identity);
  context.set("grant", admission.grant);
  context.set("caller", callerOf(context.req.raw, admission));
  await next();
  return undefined;
}

/** The list is that of all sessions. The id of a new one is in the body: its route checks whether the token is for it. */
const admitToList = (
  context: Context<SessionRoutes>,
  action: RouteActionName,
  named: NamedUser,
): Promise<Admission | ClientError> =>
  action === "createSession"
    ? authorizeForUser(context, action, named, undefined)
    : authorizeForUser(context, action === "deleteUser" ? action : "listSessions", named, null);

/** A row of the log holds 2 MB. */
const maxEventBytes = 1024 * 1024;

const storedBytes = (event: Event): number =>
  new TextEncoder().encode(JSON.stringify(persistentEvent(event) ?? null)).byteLength;

/** A token of no certain user may name any: each user's own number of new sessions does not bound it. */
const tooManyCreated = ({ var: { grant, caller } }: Context<SessionRoutes>) =>
  connectionLimitError({ token: connectionToken(grant), person: caller.person }, caller.address);

/** The user's state is that of all sessions. */
const foreignStateError = (
  { var: { grant, identity } }: Context<SessionRoutes>,
  delta: StateDelta,
): ClientError | undefined =>
  grant.bound.session === undefined || !isNamedUser(identity.user)
    ? undefined
    : userStateError(delta);

async function create(
  context: Context<SessionRoutes>,
  identity: Identity,
  state: StateDelta,
  history: readonly Event[],
): Promise<Response> {
  const deltas = [state, ...history.map((event) => event.actions.stateDelta)];
  const reason = deltas.map(invalidDeltaReason).find(Boolean);
  if (reason) return detail(context, 400, `The session was not made: in its state, ${reason}.`);
  const foreign = deltas.map((delta) => foreignStateError(context, delta)).find(Boolean);
  if (foreign) return errorResponse(context, foreign);
  const tooLarge = history.findIndex((event) => storedBytes(event) > maxEventBytes);
  if (tooLarge >= 0)
    return detail(
      context,
      413,
      `The session was not made: its event ${tooLarge} has more than ${maxEventBytes} bytes without media. Shorten it.`,
    );
  const tooMany = await tooManyCreated(context);
  if (tooMany) return errorResponse(context, tooMany);
  const remote = await conversationOf(context.env, identity);
  // The answer is the whole session.
  const unread = await remote.readingError(context.var.caller);
  if (unread) return errorResponse(context, unread);
  const created = await remote.create(withoutTemporaryKeys(state), history, context.var.caller);
  if (created === false) return detail(context, 409, `Session already exists: ${identity.session}`);
  return created === true ? sessionResponse(context, identity) : errorResponse(context, created);
}

/** The session with all its events. */
async function sessionResponse(
  context: Context<SessionRoutes>,
  identity: Identity,
): Promise<Response> {
  const remote = await conversationOf(context.env, identity);
  const description = await remote.describe(context.var.caller);
  if (!description) return detail(context, 404, "Session not found");
  const { state, updated } = description;
  const json = JSON.stringify(sessionJson(identity, { state, events: [], updated }));
  // The events go into the empty list at its end.
  const texts = listOfPages(
    json.slice(0, -"]}".length),
    transcriptPages(remote, context.var.caller),
    "]}",
  );
  return context.body(streamOfTexts(texts), 200, { "content-type": "application/json" });
}

/** A JSON list between `head` and `tail`. */
async function* listOfPages(
  head: string,
  pages: AsyncGenerator<readonly Event[]>,
  tail: string,
): AsyncGenerator<string> {
  yield head;
  let separator = "";
  for await (const page of pages) {
    let text = "";
    for (const event of page) {
      text += separator + JSON.stringify(event);
      separator = ",";
    }
    if (text !== "") yield text;
  }
  yield tail;
}

const summaryJson = (
  { session, state, updated }: SessionSummary,
  owner: Omit<Identity, "session">,
  shared: Record<string, unknown>,
): object =>
  sessionJson({ ...owner, session }, { state: { ...shared, ...state }, events: [], updated });

/** Exactly ADK's six fields: its clients refuse a seventh. Times are in seconds. */
const sessionJson = (
  { app, user, session }: Identity,
  { state, events, updated }: RemoteDescription & { readonly events: readonly Event[] },
) => ({
  id: session,
  appName: app,
  userId: user,
  state,
  lastUpdateTime: updated / 1000,
  events,
});
