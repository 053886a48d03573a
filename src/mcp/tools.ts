/**
 * Tools of a remote server, by the Model Context Protocol over streamable HTTP.
 *
 *     tools: [mcpTools({ url: "https://mcp.example.com/mcp", allow: ["search_*"] })]
 *
 * They are listed when a session begins, and the list is kept for a while; the server's own word that it has
 * changed, or time, makes the next session ask again. What runs is the runner's business, as with any tool.
 */
import type { Tool as Remote } from "@modelcontextprotocol/client";
import { z } from "zod";
import { tool, defaultDeadlineMs, type FunctionTool, type ToolContext } from "../agent/tool.ts";
import type { DiscoveredTools, OpenToolset, Toolset } from "../agent/toolset.ts";
import { McpConnection, type McpFetch } from "./connection.ts";
import { redact, toToolResult, secretsIn } from "./result.ts";
import { HeadersError, describeError } from "./trouble.ts";

type HeaderRecord = Readonly<Record<string, string>>;

export interface RemoteTools {
  /** The server's address for streamable HTTP. */
  readonly url: string;
  /** Which of its tools, by name; `*` stands for anything. A server may grow new ones overnight: `["*"]` takes them too. */
  readonly allow: readonly string[];
  /** What the console and people are told it is called; its host by default. */
  readonly name?: string;
  /** Put before the names of its tools, where two servers have the same ones. */
  readonly prefix?: string;
  /** Sent with every request, such as `Authorization`; made from the Worker's secrets. */
  readonly headers?: (env: Readonly<Record<string, string | undefined>>) => HeaderRecord;
  /** A call is answered for after this long, in ms. */
  readonly timeoutMs?: number;
  /** A session begins without the tools when they are not listed within this time, in ms. */
  readonly listTimeoutMs?: number;
  /** How long a list is good for, in ms. */
  readonly keepMs?: number;
}

/** What it needs of the world: tests put their own in. */
export interface McpEnvironment {
  readonly fetch: McpFetch;
  readonly now: () => number;
}

const defaultEnvironment: McpEnvironment = {
  fetch: (url, init) => fetch(url, init),
  now: () => Date.now(),
};

const shape = z.strictObject({
  url: z.url({ protocol: /^https?$/, error: "must be a URL such as https://host/mcp" }),
  allow: z.array(z.string().min(1)).min(1, 'names at least one tool, or is ["*"]'),
  name: z.string().min(1).optional(),
  prefix: z.string().default(""),
  headers: z.custom<RemoteTools["headers"]>((it) => it === undefined || typeof it === "function"),
  timeoutMs: z.int().positive().default(defaultDeadlineMs),
  // The dial has ten seconds in all.
  listTimeoutMs: z.int().positive().max(8000).default(4000),
  keepMs: z.int().min(0).default(300_000),
});

type Options = z.output<typeof shape>;

interface CachedToolList {
  readonly list: readonly Remote[];
  /** In ms, by the world's clock. */
  readonly expiresAt: number;
}

/**
 * Declares the tools of a remote server.
 * @throws Error naming the server and the field when the definition is wrong.
 */
export function mcpTools(
  definition: RemoteTools,
  environment: McpEnvironment = defaultEnvironment,
): Toolset {
  const { data: options, error } = shape.safeParse(definition);
  if (!options)
    throw new Error(`MCP tools of "${definition.name ?? "?"}": ${z.prettifyError(error)}`);
  const name = options.name ?? new URL(options.url).host;
  // The list is data, so all conversations of this process may share it; the connections they may not.
  const cache: { kept: CachedToolList | undefined } = { kept: undefined };
  return {
    kind: "toolset",
    name,
    open: (env) => new McpToolset(options, { name, environment: environment, cache: cache, env }),
  };
}

interface McpToolsetContext {
  readonly name: string;
  readonly environment: McpEnvironment;
  readonly cache: { kept: CachedToolList | undefined };
  readonly env: object;
}

class McpToolset implements OpenToolset {
  readonly #options: Options;
  readonly #context: McpToolsetContext;
  #secrets: readonly string[] = [];
  #connection: McpConnection | undefined;

  constructor(options: Options, opening: McpToolsetContext) {
    this.#options = options;
    this.#context = opening;
  }

  async tools(): Promise<DiscoveredTools> {
    const { environment, cache } = this.#context;
    if (!cache.kept || environment.now() >= cache.kept.expiresAt)
      cache.kept = {
        list: await this.#list(),
        expiresAt: environment.now() + this.#options.keepMs,
      };
    return convertTools(cache.kept.list, this.#options, this.#call);
  }

  close(): void {
    this.#connection?.close();
  }

  async #list(): Promise<readonly Remote[]> {
    const options = { timeout: this.#options.listTimeoutMs, cacheMode: "refresh" } as const;
    try {
      const { tools } = await this.#connect().run((client) => client.listTools(undefined, options));
      return tools;
    } catch (error) {
      throw new Error(`the server ${describeError(error)}`, { cause: error });
    }
  }

  readonly #call: CallRemoteTool = async (name, args, { signal }) => {
    const params = { name, arguments: args as Record<string, unknown> };
    const options = { signal, timeout: this.#options.timeoutMs };
    try {
      const answer = await this.#connect().run((client) => client.callTool(params, options));
      return redact(toToolResult(answer), this.#secrets);
    } catch (error) {
      const words = `The server of this function (${this.#context.name}) ${describeError(error)}.`;
      throw new Error(words, { cause: error });
    }
  };

  /** @throws Error when the author's headers cannot be made. */
  #connect(): McpConnection {
    if (this.#connection) return this.#connection;
    const { environment, cache, env } = this.#context;
    const headers = buildHeaders(this.#options.headers, env);
    this.#secrets = secretsIn(headers);
    this.#connection = new McpConnection({
      url: new URL(this.#options.url),
      headers,
      fetch: environment.fetch,
      timeoutMs: this.#options.listTimeoutMs,
      onToolsChanged: () => void (cache.kept = undefined),
    });
    return this.#connection;
  }
}

/** @throws BadHeaders: what the author's function threw may hold a secret. */
function buildHeaders(make: RemoteTools["headers"], env: object): HeaderRecord {
  try {
    return make?.(env as Parameters<NonNullable<RemoteTools["headers"]>>[0]) ?? {};
  } catch (error) {
    throw new HeadersError("headers", { cause: error });
  }
}

type CallRemoteTool = (remote: string, args: unknown, context: ToolContext) => Promise<unknown>;

/** The allowed ones, as tools of ours. What cannot be told to a model is left out, by name. */
function convertTools(
  list: readonly Remote[],
  options: Options,
  call: CallRemoteTool,
): DiscoveredTools {
  const tools: FunctionTool[] = [];
  const omissions: string[] = [];
  for (const remote of list.filter(({ name }) => isAllowed(name, options.allow)))
    try {
      tools.push(toFunctionTool(remote, options, call));
    } catch (error) {
      omissions.push(`left out. ${error instanceof Error ? error.message : "It cannot be told."}`);
    }
  return { tools, omissions: omissions };
}

const toFunctionTool = (
  remote: Remote,
  { prefix, timeoutMs }: Options,
  call: CallRemoteTool,
): FunctionTool =>
  tool({
    name: prefix + remote.name,
    description: remote.description ?? remote.title ?? "",
    parameters: remote.inputSchema,
    deadlineMs: timeoutMs,
    run: (args, context) => call(remote.name, args, context),
  });

const isAllowed = (name: string, allow: readonly string[]): boolean =>
  allow.some((pattern) =>
    new RegExp(
      `^${pattern
        .split("*")
        .map((piece) => RegExp.escape(piece))
        .join(".*")}$`,
      "s",
    ).test(name),
  );
