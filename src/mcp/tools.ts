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
import { tool, usualDeadlineMs, type FunctionTool, type ToolContext } from "../agent/tool.ts";
import type { Found, OpenToolset, Toolset } from "../agent/toolset.ts";
import { Connection, type Fetch } from "./connection.ts";
import { redacted, resultOf, secretsIn } from "./result.ts";
import { BadHeaders, wordsFor } from "./trouble.ts";

type Headers = Readonly<Record<string, string>>;

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
  readonly headers?: (env: Readonly<Record<string, string | undefined>>) => Headers;
  /** A call is answered for after this long, in ms. */
  readonly timeoutMs?: number;
  /** A session begins without the tools when they are not listed within this time, in ms. */
  readonly listTimeoutMs?: number;
  /** How long a list is good for, in ms. */
  readonly keepMs?: number;
}

/** What it needs of the world: tests put their own in. */
export interface World {
  readonly fetch: Fetch;
  readonly now: () => number;
}

const world: World = { fetch: (url, init) => fetch(url, init), now: () => Date.now() };

const shape = z.strictObject({
  url: z.url({ protocol: /^https?$/, error: "must be a URL such as https://host/mcp" }),
  allow: z.array(z.string().min(1)).min(1, 'names at least one tool, or is ["*"]'),
  name: z.string().min(1).optional(),
  prefix: z.string().default(""),
  headers: z.custom<RemoteTools["headers"]>((it) => it === undefined || typeof it === "function"),
  timeoutMs: z.int().positive().default(usualDeadlineMs),
  // The dial has ten seconds in all.
  listTimeoutMs: z.int().positive().max(8000).default(4000),
  keepMs: z.int().min(0).default(300_000),
});

type Options = z.output<typeof shape>;

interface Kept {
  readonly list: readonly Remote[];
  /** In ms, by the world's clock. */
  readonly until: number;
}

/**
 * Declares the tools of a remote server.
 * @throws Error naming the server and the field when the definition is wrong.
 */
export function mcpTools(definition: RemoteTools, around: World = world): Toolset {
  const { data: options, error } = shape.safeParse(definition);
  if (!options)
    throw new Error(`MCP tools of "${definition.name ?? "?"}": ${z.prettifyError(error)}`);
  const name = options.name ?? new URL(options.url).host;
  // The list is data, so all conversations of this process may share it; the connections they may not.
  const shelf: { kept: Kept | undefined } = { kept: undefined };
  return {
    kind: "toolset",
    name,
    open: (env) => new Opened(options, { name, around, shelf, env }),
  };
}

interface Opening {
  readonly name: string;
  readonly around: World;
  readonly shelf: { kept: Kept | undefined };
  readonly env: object;
}

class Opened implements OpenToolset {
  readonly #options: Options;
  readonly #opening: Opening;
  #secrets: readonly string[] = [];
  #connection: Connection | undefined;

  constructor(options: Options, opening: Opening) {
    this.#options = options;
    this.#opening = opening;
  }

  async tools(): Promise<Found> {
    const { around, shelf } = this.#opening;
    if (!shelf.kept || around.now() >= shelf.kept.until)
      shelf.kept = { list: await this.#list(), until: around.now() + this.#options.keepMs };
    return foundIn(shelf.kept.list, this.#options, this.#call);
  }

  close(): void {
    this.#connection?.close();
  }

  async #list(): Promise<readonly Remote[]> {
    const options = { timeout: this.#options.listTimeoutMs, cacheMode: "refresh" } as const;
    try {
      const { tools } = await this.#connected().use((client) =>
        client.listTools(undefined, options),
      );
      return tools;
    } catch (error) {
      throw new Error(`the server ${wordsFor(error)}`, { cause: error });
    }
  }

  readonly #call: Call = async (name, args, { signal }) => {
    const params = { name, arguments: args as Record<string, unknown> };
    const options = { signal, timeout: this.#options.timeoutMs };
    try {
      const answer = await this.#connected().use((client) => client.callTool(params, options));
      return redacted(resultOf(answer), this.#secrets);
    } catch (error) {
      const words = `The server of this function (${this.#opening.name}) ${wordsFor(error)}.`;
      throw new Error(words, { cause: error });
    }
  };

  /** @throws Error when the author's headers cannot be made. */
  #connected(): Connection {
    if (this.#connection) return this.#connection;
    const { around, shelf, env } = this.#opening;
    const headers = headersFrom(this.#options.headers, env);
    this.#secrets = secretsIn(headers);
    this.#connection = new Connection({
      url: new URL(this.#options.url),
      headers,
      fetch: around.fetch,
      timeoutMs: this.#options.listTimeoutMs,
      changed: () => void (shelf.kept = undefined),
    });
    return this.#connection;
  }
}

/** @throws BadHeaders: what the author's function threw may hold a secret. */
function headersFrom(make: RemoteTools["headers"], env: object): Headers {
  try {
    return make?.(env as Parameters<NonNullable<RemoteTools["headers"]>>[0]) ?? {};
  } catch (error) {
    throw new BadHeaders("headers", { cause: error });
  }
}

type Call = (remote: string, args: unknown, context: ToolContext) => Promise<unknown>;

/** The allowed ones, as tools of ours. What cannot be told to a model is left out, by name. */
function foundIn(list: readonly Remote[], options: Options, call: Call): Found {
  const tools: FunctionTool[] = [];
  const notes: string[] = [];
  for (const remote of list.filter(({ name }) => isAllowed(name, options.allow)))
    try {
      tools.push(asTool(remote, options, call));
    } catch (error) {
      notes.push(`left out. ${error instanceof Error ? error.message : "It cannot be told."}`);
    }
  return { tools, notes };
}

const asTool = (remote: Remote, { prefix, timeoutMs }: Options, call: Call): FunctionTool =>
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
