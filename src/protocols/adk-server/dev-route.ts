/**
 * The routes of ADK's development page beside the conversation: agent definitions, traces, and empty lists for features
 * that parley lacks. Requests that would change such a feature get 501.
 */
import type { Context } from "hono";
import { Hono } from "hono/tiny";
import { devDependencies, version } from "../../../package.json";
import { checkOrigin } from "../../access/origin.ts";
import type { Agent } from "../../agent/agent.ts";
import { buildGraph, describeAgents, toGraphviz } from "../../agent/runtime/agent-graph.ts";
import { agents } from "../../agents/index.ts";
import { readConfig } from "../../config.ts";
import { isClientError } from "../../core/errors.ts";
import { spansOf } from "../../core/adk/trace.ts";
import type { Event } from "../../wire/adk.ts";
import { authorize, authorizeClient, callerOf } from "../admission.ts";
import { allowListedOrigins, conversationOf, transcriptPages } from "../remote-conversation.ts";
import { checkPage, detail, errorResponse } from "./http.ts";
import { idFromQuery } from "../../wire/query-id.ts";

interface DevRoutes {
  Bindings: Env;
  Variables: { agent: Agent };
}
type RouteContext = Context<DevRoutes>;

export const adkDev = new Hono<DevRoutes>();

for (const path of [
  "/version",
  "/health",
  "/config/*",
  "/dev/*",
  "/apps/*",
  "/debug/*",
  "/builder/*",
])
  adkDev.use(path, allowListedOrigins, (context, next) => checkPage(context, next));

adkDev.get("/health", (context) => context.json({ status: "ok" }));

adkDev.get("/version", (context) =>
  // ADK's field names, with this server's values.
  context.json({ version, language: "typescript", language_version: devDependencies.typescript }),
);

/** Parley collects no telemetry, and ADK's page must not ask the user for it. */
adkDev.on(["GET", "POST"], "/config/telemetry", (context) => context.json({ telemetry: false }));

/** The configuration of ADK's page, for deployments that serve its files from `public/dev-ui`. */
adkDev.get("/dev-ui/assets/config/runtime-config.json", (context) => {
  context.header("cache-control", "no-store");
  return context.json({ backendUrl: "", telemetry: false });
});

/** Paths of ADK 2, and those of ADK 1 where they differ. */
const paths = (name: string): string[] => [`/dev/apps/:app/${name}`, `/apps/:app/${name}`];

const agentPaths = [
  "/apps/:app/app-info",
  "/dev/apps/:app/build_graph",
  "/dev/apps/:app/build_graph_image",
  "/dev/apps/:app/graph",
  "/dev/build_graph/:app",
  "/dev/:app/graph",
];

for (const path of agentPaths) adkDev.use(path, (context, next) => operatorsOnly(context, next));

adkDev.get("/apps/:app/app-info", (context) => {
  const { agent } = context.var;
  const { name, description } = agent;
  return context.json({
    name,
    rootAgentName: name,
    description,
    language: "yaml",
    isComputerUse: false,
    agents: describeAgents(agent),
  });
});

adkDev.on("GET", ["/dev/apps/:app/build_graph", "/dev/build_graph/:app"], (context) => {
  const { agent } = context.var;
  return context.json({ name: agent.name, root_agent: buildGraph(agent), plugins: [] });
});

adkDev.get("/dev/apps/:app/build_graph_image", (context) =>
  context.json({ "": { dotSrc: toGraphviz(context.var.agent, isDark(context)) } }),
);

adkDev.on("GET", ["/dev/apps/:app/graph", "/dev/:app/graph"], (context) =>
  context.json({ dotSrc: toGraphviz(context.var.agent, isDark(context)) }),
);

/** ADK's page sends no user here. Its own user id is the default. */
adkDev.on(
  "GET",
  ["/dev/apps/:app/debug/trace/session/:session", "/debug/trace/session/:session"],
  async (context) => {
    const { session = "" } = context.req.param() as Record<string, string>;
    const user = idFromQuery(context.req.url, "user_id") ?? "user";
    const events = await eventsOf(context, user, session);
    return events instanceof Response ? events : context.json(spansOf(events, session));
  },
);

adkDev.on("GET", ["/dev/apps/:app/debug/trace/:event", "/debug/trace/:event"], (context) =>
  detail(context, 404, "Trace not found"),
);

adkDev.on("GET", paths("users/:user/sessions/:session/events/:event/graph"), async (context) => {
  const {
    app = "",
    user = "",
    session = "",
    event = "",
  } = context.req.param() as Record<string, string>;
  const events = await eventsOf(context, user, session);
  if (events instanceof Response) return events;
  const found = events.find(({ id }) => id === event);
  const agent = agents.find(({ name }) => name === app);
  const inspection = await authorize(context, { action: "inspectAgent", scope: { app } });
  if (!found || !agent || isClientError(inspection)) return context.json({});
  return context.json({ dotSrc: toGraphviz(agent, isDark(context), namesIn(found)) });
});

/** Parley has no evaluations, so these lists are empty. */
const emptyLists: [string, object][] = [
  ["eval_sets", []],
  ["eval-sets", { evalSetIds: [] }],
  ["eval_results", []],
  ["eval-results", { evalResultIds: [] }],
  ["metrics-info", { metricsInfo: [] }],
  ["tests", []],
];

for (const [name, empty] of emptyLists)
  adkDev.on("GET", paths(name), (context) => context.json(empty));

/** Agents are written in TypeScript: there is no file that the page's builder could open. */
adkDev.on("GET", ["/dev/apps/:app/builder", "/builder/app/:app"], (context) => context.text(""));

/** The fields of the form of ADK's page: all of it may be absent. */
adkDev.get("/dev/apps/:app/deploy/defaults", (context) => context.json({}));

/** ADK: the text that the page shows, and a last line with the outcome. */
adkDev.post("/dev/apps/:app/deploy/:target", (context) => {
  const message =
    "parley does not deploy from this page. Nothing was changed: run `npm run deploy` in the project.";
  const result = { target: context.req.param("target"), status: "failed", message };
  return context.text(`${message}\n__ADK_DEPLOY_RESULT__ ${JSON.stringify(result)}\n`);
});

adkDev.patch("/apps/:app/users/:user/memory", (context) =>
  detail(context, 400, "Memory service is not configured."),
);

const unsupportedPaths = [
  ...["eval_sets", "eval-sets", "eval_results", "eval-results", "tests"].flatMap((name) => [
    ...paths(name),
    ...paths(`${name}/*`),
  ]),
  "/dev/apps/:app/builder/*",
  "/builder/*",
];

adkDev.on(["POST", "PUT", "DELETE"], unsupportedPaths, (context) =>
  detail(context, 501, "not supported by parley"),
);

async function operatorsOnly(
  context: RouteContext,
  next: () => Promise<void>,
): Promise<Response | undefined> {
  const app = context.req.param("app") ?? "";
  const agent = agents.find(({ name }) => name === app);
  if (!agent) return detail(context, 404, `App not found: ${app}`);
  const foreign = checkOrigin(context.req.raw, readConfig(context.env, agents));
  if (foreign) return errorResponse(context, foreign);
  const authorization = await authorize(context, { action: "inspectAgent", scope: { app } });
  if (isClientError(authorization)) return errorResponse(context, authorization);
  context.set("agent", agent);
  await next();
  return undefined;
}

/** The page shows the trace and the graphs of these events, and no more. They are held at once: a page has about 1 MiB. */
const maxTracedEvents = 5_000;
const maxTracedPages = 8;

/** The first events of a session; none if it does not exist, as in ADK. */
async function eventsOf(
  context: RouteContext,
  user: string,
  session: string,
): Promise<readonly Event[] | Response> {
  const app = context.req.param("app");
  const admission = await authorizeClient(context, "readTrace", { app, user, session });
  if (isClientError(admission)) return errorResponse(context, admission, app);
  const reader = callerOf(context.req.raw, admission);
  const remote = await conversationOf(context.env, admission.identity);
  const error = await remote.readingError(reader);
  if (error) return errorResponse(context, error, app);
  const events: Event[] = [];
  let pages = 0;
  for await (const page of transcriptPages(remote, reader)) {
    events.push(...page);
    if (events.length >= maxTracedEvents || ++pages >= maxTracedPages) break;
  }
  return events;
}

/** The nodes of the agent graph that an event highlights: its author and its tools. */
const namesIn = ({ author, content }: Event): string[] => [
  author,
  ...(content?.parts?.flatMap(
    ({ functionCall, functionResponse }) => (functionCall ?? functionResponse)?.name ?? [],
  ) ?? []),
];

const isDark = ({ req }: RouteContext): boolean => req.query("dark_mode") === "true";
