/**
 * A toolset of a remote server, by the Model Context Protocol over streamable HTTP.
 *
 *     tools: [mcpTools({ url: "https://mcp.example.com/mcp", allow: ["search_*"] })]
 *
 * Its tools are listed when a session begins. The list is cached until it expires or the server announces a change.
 */
import * as z from "zod";
import { tool, defaultDeadlineMs, type FunctionTool, type ToolContext } from "../agent/tool.ts";
import type { DiscoveredTools, OpenToolset, Toolset } from "../agent/toolset.ts";
import { ToolError } from "../core/errors.ts";
import { McpConnection, type McpFetch } from "./connection.ts";
import { listTools, maxTools, type RemoteTool, type ToolList } from "./list.ts";
import { redact, toToolResult, secretsIn } from "./result.ts";
import { HeadersError, describeError, isTimeout, isUnreadable, noAnswer } from "./errors.ts";
import { withTimeout } from "../with-timeout.ts";
import { lazy } from "../wire/lazy.ts";

type HeaderRecord = Readonly<Record<string, string>>;

export interface McpToolsDefinition {
  /** The server's address for streamable HTTP. */
  readonly url: string;
  /** Names of the tools to include; `*` matches any text. `["*"]` also includes tools that the server adds later. */
  readonly allow: readonly string[];
  /** The name in the console and in error messages; the default is the server's host. */
  readonly name?: string;
  /** Prepended to the tools' names, to distinguish the tools of two servers. */
  readonly prefix?: string;
  /** Headers of every request, such as `Authorization`, made from the Worker's secrets. */
  readonly headers?: (env: Readonly<Record<string, string | undefined>>) => HeaderRecord;
  /** After this time a call fails, in ms. */
  readonly timeoutMs?: number;
  /** After this time, for the connection and the list together, a session begins without the tools, in ms. */
  readonly listTimeoutMs?: number;
  /** How long the list is cached, in ms. */
  readonly keepMs?: number;
}

/** Tests substitute it. */
interface McpEnvironment {
  readonly fetch: McpFetch;
  readonly now: () => number;
}

const defaultEnvironment: McpEnvironment = {
  fetch: (url, init) => fetch(url, init),
  now: () => Date.now(),
};

const definitionSchema = lazy(() =>
  z.strictObject({
    url: z.url({ protocol: /^https?$/, error: "must be a URL such as https://host/mcp" }),
    allow: z.array(z.string().min(1)).min(1, 'names at least one tool, or is ["*"]'),
    name: z.string().min(1).optional(),
    prefix: z.string().default(""),
    headers: z
      .custom<NonNullable<McpToolsDefinition["headers"]>>((it) => typeof it === "function")
      .optional(),
    timeoutMs: z.int().positive().default(defaultDeadlineMs),
    // The upstream connect, which waits for the list, has ten seconds in all.
    listTimeoutMs: z.int().positive().max(8000).default(4000),
    keepMs: z.int().min(0).default(300_000),
  }),
);

type Options = z.output<ReturnType<typeof definitionSchema>>;

interface CachedToolList {
  readonly list: ToolList;
  /** In ms, by the environment's clock. */
  readonly expiresAt: number;
}

/**
 * Declares the tools of a remote server.
 * @throws Error naming the server and the field if the definition is wrong.
 */
export function mcpTools(
  definition: McpToolsDefinition,
  environment: McpEnvironment = defaultEnvironment,
): Toolset {
  const { data: options, error } = definitionSchema().safeParse(definition);
  if (!options)
    throw new Error(`MCP tools of "${definition.name ?? "?"}": ${z.prettifyError(error)}`);
  const name = options.name ?? new URL(options.url).host;
  // All conversations of the isolate share the list. They must not share connections.
  const cache: ToolListCache = { current: undefined };
  return {
    kind: "toolset",
    name,
    open: (env) => new McpToolset(options, { name, environment, cache, env }),
  };
}

interface ToolListCache {
  current: CachedToolList | undefined;
}

interface McpToolsetContext {
  readonly name: string;
  readonly environment: McpEnvironment;
  readonly cache: ToolListCache;
  readonly env: object;
}

class McpToolset implements OpenToolset {
  readonly #options: Options;
  readonly #context: McpToolsetContext;
  #secrets: readonly string[] = [];
  #connection: McpConnection | undefined;
  /** The listing under way: two sessions of one conversation share it. */
  #listing: Promise<ToolList> | undefined;

  constructor(options: Options, context: McpToolsetContext) {
    this.#options = options;
    this.#context = context;
  }

  async tools(): Promise<DiscoveredTools> {
    const { environment, cache } = this.#context;
    if (!cache.current || environment.now() >= cache.current.expiresAt)
      cache.current = {
        list: await (this.#listing ??= this.#list().finally(() => (this.#listing = undefined))),
        expiresAt: environment.now() + this.#options.keepMs,
      };
    const { tools, omissions } = convertTools(cache.current.list, this.#options, this.#call);
    // Names and parameters are the server's own: a call must have them as they are.
    const shown = tools.map((each) => ({
      ...each,
      description: redact(each.description, this.#secrets),
    }));
    return { tools: shown, omissions: redact(omissions, this.#secrets) };
  }

  close(): void {
    this.#connection?.close();
  }

  /** One deadline covers the connection and all pages. */
  async #list(): Promise<ToolList> {
    const { listTimeoutMs } = this.#options;
    const deadline = new AbortController();
    try {
      const listing = this.#connect().run((client) =>
        listTools(client, listTimeoutMs, deadline.signal),
      );
      return await withTimeout(listing, listTimeoutMs, noAnswer);
    } catch (error) {
      deadline.abort();
      if (isTimeout(error)) this.#connection?.drop();
      throw new Error(`the MCP server ${describeError(error)}`, { cause: error });
    }
  }

  readonly #call: CallRemoteTool = async (remote, args, { signal }) => {
    const { name, inputSchema, outputSchema } = remote;
    const params = { name, arguments: args as Record<string, unknown> };
    // The SDK reads from the definition which arguments go into headers, too. It is not given the output's schema: it
    // reports a result that does not fit as a failed call.
    const toolDefinition = { name, inputSchema };
    const options = { signal, timeout: this.#options.timeoutMs, toolDefinition };
    try {
      const answer = await this.#connect().run((client) => client.callTool(params, options));
      return redact(toToolResult(answer, outputSchema), this.#secrets);
    } catch (error) {
      const done = isUnreadable(error)
        ? " It may have been carried out: do not call it again unasked."
        : "";
      const message = `The server of this function (${this.#context.name}) ${describeError(error)}.${done}`;
      throw new ToolError(message, { cause: error });
    }
  };

  /** @throws HeadersError if the author's `headers` throws. */
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
      onToolsChanged: () => void (cache.current = undefined),
    });
    return this.#connection;
  }
}

/** @throws HeadersError in place of the author's error, which may contain a secret. */
function buildHeaders(make: McpToolsDefinition["headers"], env: object): HeaderRecord {
  try {
    return make?.(env as Parameters<NonNullable<McpToolsDefinition["headers"]>>[0]) ?? {};
  } catch (error) {
    throw new HeadersError("headers", { cause: error });
  }
}

type CallRemoteTool = (remote: RemoteTool, args: unknown, context: ToolContext) => Promise<unknown>;

/** Converts the allowed tools. Leaves out those whose parameters the Live API cannot express. */
function convertTools(
  { tools: list, malformed, isCut }: ToolList,
  options: Options,
  call: CallRemoteTool,
): DiscoveredTools {
  const tools: FunctionTool[] = [];
  const omissions = malformed
    .filter(({ name }) => name === undefined || isAllowed(name, options.allow))
    .map(({ name, reason }) => `left out. ${name ? `Tool "${name}"` : "A tool"}: ${reason}.`);
  if (isCut)
    omissions.push(`left out. The server lists more than ${maxTools} tools: the rest is not read.`);
  for (const remote of list.filter(({ name }) => isAllowed(name, options.allow)))
    try {
      tools.push(toFunctionTool(remote, options, call));
    } catch (error) {
      omissions.push(`left out. ${error instanceof Error ? error.message : "It cannot be told."}`);
    }
  return { tools, omissions };
}

const toFunctionTool = (
  remote: RemoteTool,
  { prefix, timeoutMs }: Options,
  call: CallRemoteTool,
): FunctionTool =>
  tool({
    name: prefix + remote.name,
    description: remote.description,
    parameters: remote.inputSchema,
    deadlineMs: timeoutMs,
    run: (args, context) => call(remote, args, context),
  });

const isAllowed = (name: string, allow: readonly string[]): boolean =>
  allow.some((pattern) =>
    new RegExp(
      `^${pattern
        .split("*")
        .map((part) => RegExp.escape(part))
        .join(".*")}$`,
      "s",
    ).test(name),
  );
