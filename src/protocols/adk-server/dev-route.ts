/**
 * What ADK's own page asks its server for beside the talk: how agents are made, what a turn consisted of, and lists of
 * what is not here, which are empty. What would have to be done and is not is said to be so (501).
 */
import { Hono, type Context } from "hono";
import { devDependencies, version } from "../../../package.json";
import { checkOrigin } from "../../access/origin.ts";
import { authorizeInspection } from "../../access/token.ts";
import type { Agent } from "../../agent/agent.ts";
import { buildGraph, describeAgents, toGraphviz } from "../../agent/runtime/agent-graph.ts";
import { agents } from "../../agents/index.ts";
import { readConfig } from "../../config.ts";
import { isClientError } from "../../core/errors.ts";
import { spansOf } from "../../core/adk/trace.ts";
import type { Event } from "../../wire/adk.ts";
import { authorizeClient } from "../admission.ts";
import { allowListedOrigins, conversationOf, transcriptOf } from "../remote-conversation.ts";
import { detail, refused } from "./http.ts";

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
  adkDev.use(path, allowListedOrigins);

adkDev.get("/health", (context) => context.json({ status: "ok" }));

adkDev.get("/version", (context) =>
  // ADK's names; what is told is of this server.
  context.json({ version, language: "typescript", language_version: devDependencies.typescript }),
);

/** Nothing is measured here, and its page shall not ask. */
adkDev.on(["GET", "POST"], "/config/telemetry", (context) => context.json({ telemetry: false }));

/** For ADK's page itself, where somebody has put its files into `public/dev-ui`. */
adkDev.get("/dev-ui/assets/config/runtime-config.json", (context) => {
  context.header("cache-control", "no-store");
  return context.json({ backendUrl: "", telemetry: false });
});

/** Paths of ADK 2, and those of ADK 1 where they differ. */
const paths = (name: string): string[] => [`/dev/apps/:app/${name}`, `/apps/:app/${name}`];

const ofAgent = [
  "/apps/:app/app-info",
  "/dev/apps/:app/build_graph",
  "/dev/apps/:app/build_graph_image",
  "/dev/apps/:app/graph",
  "/dev/build_graph/:app",
  "/dev/:app/graph",
];

for (const path of ofAgent) adkDev.use(path, (context, next) => operatorsOnly(context, next));

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

/** Its page names no user here: it is whom the page calls itself, unless `user_id` says so. */
adkDev.on(
  "GET",
  ["/dev/apps/:app/debug/trace/session/:session", "/debug/trace/session/:session"],
  async (context) => {
    const { session = "" } = context.req.param() as Record<string, string>;
    const events = await eventsOf(context, context.req.query("user_id") ?? "user", session);
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
  const mayLook = !(await authorizeInspection(
    context.req.raw,
    app,
    readConfig(context.env, agents).auth,
  ));
  if (!found || !agent || !mayLook) return context.json({});
  return context.json({ dotSrc: toGraphviz(agent, isDark(context), namesIn(found)) });
});

/** Nothing is evaluated or built here, so there is nothing to list. */
const nothing: [string, object][] = [
  ["eval_sets", []],
  ["eval-sets", { evalSetIds: [] }],
  ["eval_results", []],
  ["eval-results", { evalResultIds: [] }],
  ["metrics-info", { metricsInfo: [] }],
  ["tests", []],
];

for (const [name, empty] of nothing)
  adkDev.on("GET", paths(name), (context) => context.json(empty));

/** Agents are written in TypeScript: there is no file that its builder could open. */
adkDev.on("GET", ["/dev/apps/:app/builder", "/builder/app/:app"], (context) => context.text(""));

adkDev.patch("/apps/:app/users/:user/memory", (context) =>
  detail(context, 400, "Memory service is not configured."),
);

const undone = [
  ...["eval_sets", "eval-sets", "eval_results", "eval-results", "tests"].flatMap((name) => [
    ...paths(name),
    ...paths(`${name}/*`),
  ]),
  "/dev/apps/:app/builder/*",
  "/builder/*",
];

adkDev.on(["POST", "PUT", "DELETE"], undone, (context) =>
  detail(context, 501, "not supported by parley"),
);

async function operatorsOnly(
  context: RouteContext,
  next: () => Promise<void>,
): Promise<Response | undefined> {
  const app = context.req.param("app") ?? "";
  const agent = agents.find(({ name }) => name === app);
  if (!agent) return detail(context, 404, `App not found: ${app}`);
  const { allowedOrigins, auth } = readConfig(context.env, agents);
  const no =
    checkOrigin(context.req.raw, allowedOrigins) ??
    (await authorizeInspection(context.req.raw, app, auth));
  if (no) return refused(context, no);
  context.set("agent", agent);
  await next();
  return undefined;
}

/** What was said in a session; nothing where there was none, as ADK answers. */
async function eventsOf(
  context: RouteContext,
  user: string,
  session: string,
): Promise<readonly Event[] | Response> {
  const app = context.req.param("app");
  const admission = await authorizeClient(context, { app, user, session });
  if (isClientError(admission)) return refused(context, admission, app);
  return transcriptOf(await conversationOf(context.env, admission.identity));
}

/** Who an event is of, and which tools it calls or hears of. */
const namesIn = ({ author, content }: Event): string[] => [
  author,
  ...(content?.parts?.flatMap(
    ({ functionCall, functionResponse }) => (functionCall ?? functionResponse)?.name ?? [],
  ) ?? []),
];

const isDark = ({ req }: RouteContext): boolean => req.query("dark_mode") === "true";
