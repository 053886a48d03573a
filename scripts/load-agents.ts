/** Loads the agents of `src/agents`, and turns a mistake in them into one sentence. */
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { withDescendants, type Agent } from "../src/agent/agent.ts";

const root = resolve(import.meta.dirname, "..");

/**
 * @param file exports `agents`.
 * @throws Error in one sentence that names the author's file and line, if the error has them.
 */
export async function loadAgents(
  file = resolve(root, "src/agents/index.ts"),
): Promise<readonly [Agent, ...Agent[]]> {
  try {
    const { agents } = (await import(file)) as { agents: unknown };
    const list = checkList(agents);
    makeParameters(list);
    return list;
  } catch (error) {
    throw new Error(describeMistake(error, resolve(file, "..")), { cause: error });
  }
}

/** TypeScript checks the list, too, and nothing makes an author run it. */
function checkList(agents: unknown): readonly [Agent, ...Agent[]] {
  if (!Array.isArray(agents) || agents.length === 0)
    throw new Error("index.ts must export `agents`, a list of one agent or more: [waiter]");
  const at = agents.findIndex((each) => !isAgent(each));
  if (at >= 0)
    throw new Error(`agents[${at}] in index.ts is not an agent: make it with agent({ … })`);
  return agents as unknown as readonly [Agent, ...Agent[]];
}

/** Calls the tools' functions that make parameters, whose mistakes would appear in a conversation otherwise. */
function makeParameters(agents: readonly Agent[]): void {
  for (const { tools } of agents.flatMap(withDescendants))
    for (const tool of tools) if ("arguments" in tool) void tool.arguments.schema;
}

/** Of the fields, those that `agent` fills in. */
const isAgent = (value: unknown): boolean =>
  typeof value === "object" && value !== null && "models" in value && "subAgents" in value;

/** `src/agents/waiter.ts:12: Agent "waiter": there is no field "instructions".` */
function describeMistake(error: unknown, folder: string): string {
  const message = error instanceof Error ? error.message : String(error);
  const place = error instanceof Error ? placeIn(error.stack ?? "", folder) : undefined;
  return `${place ?? "in src/agents"}: ${asSentence(message)}`;
}

/** The first file and line of the folder in a stack. A syntax error has them in the first line, without a column. */
function placeIn(stack: string, folder: string): string | undefined {
  const places = stack.matchAll(/((?:file:\/\/)?\/[^\s():]+\.[cm]?ts):(\d+)/g);
  for (const [, path = "", line] of places) {
    const file = path.startsWith("file:") ? fileURLToPath(path) : path;
    if (file.startsWith(`${folder}/`)) return `${file.replace(`${root}/`, "")}:${line}`;
  }
  return undefined;
}

/** Zod writes a line for each issue, with a mark in front and the field below it. */
function asSentence(message: string): string {
  const text = message
    .replace(/\n\s*→ at /g, " at ")
    .replace(/\s*\n✖ /g, "; ")
    .replace(/✖ /g, "")
    .replace(/\s*\n\s*/g, " ")
    .trim();
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
