/** A remote MCP server in this process: the official SDK's, behind a `fetch` of the test's own. */
import { createMcpHandler, fromJsonSchema, McpServer } from "@modelcontextprotocol/server";
import * as z from "zod";
import type { FunctionTool, ToolContext } from "../../src/agent/tool.ts";
import type { OpenToolset } from "../../src/agent/toolset.ts";
import { mcpTools, type McpToolsDefinition } from "../../src/mcp/tools.ts";

export const secret = "s3cr3t-of-the-library";

/** Counts requests, and answers them or fails them. */
export class FakeTransport {
  readonly methods: string[] = [];
  /** While set, answers every request in place of the server. */
  override: (() => Response | Promise<Response>) | undefined;
  now = 0;
  readonly fetch = async (url: string | URL, init?: RequestInit): Promise<Response> => {
    const request = new Request(url, init);
    const body = request.method === "POST" ? await request.clone().text() : "";
    const { method = request.method } = body ? (JSON.parse(body) as { method?: string }) : {};
    this.methods.push(method);
    return this.override ? this.override() : this.handler(request);
  };
  handler: (request: Request) => Response | Promise<Response>;

  constructor(inside: (request: Request) => Response | Promise<Response>) {
    this.handler = inside;
  }

  countOf(method: string): number {
    return this.methods.filter((each) => each === method).length;
  }
}

/** The headers of the calls, and when `search_slow` begins and is cancelled. */
export interface ToolServerLog {
  readonly headers: (string | null)[];
  readonly cancelled: PromiseWithResolvers<void>;
  readonly begun: PromiseWithResolvers<void>;
}

export function createToolServer(seen: ToolServerLog): McpServer {
  const server = new McpServer({ name: "library", version: "1" });
  const result = (text: string) => ({ content: [{ type: "text" as const, text }] });
  server.registerTool(
    "search_books",
    { description: "Finds books.", inputSchema: z.object({ about: z.string() }) },
    ({ about }) => result(`Two books about ${about}.`),
  );
  server.registerTool(
    "search_count",
    { description: "Counts.", outputSchema: z.object({ count: z.number() }) },
    () => ({ ...result('{"count":2}'), structuredContent: { count: 2 } }),
  );
  server.registerTool("search_fails", { description: "Fails." }, () => ({
    ...result("The shelf is empty."),
    isError: true,
  }));
  server.registerTool("search_secret", { description: "Repeats." }, () =>
    result(`You sent ${secret}.`),
  );
  server.registerTool("search_slow", { description: "Takes its time." }, async (context) => {
    seen.begun.resolve();
    const { signal } = context.mcpReq;
    await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
    seen.cancelled.resolve();
    return result("too late");
  });
  server.registerTool(
    "search_odd",
    {
      description: "Cannot be declared.",
      inputSchema: fromJsonSchema({
        type: "object",
        properties: { it: { not: { type: "string" } } },
      }),
    },
    () => result("odd"),
  );
  server.registerTool("delete_everything", { description: "Deletes." }, () => result("gone"));
  return server;
}

/** A server for both revisions of the protocol, and its tools as an agent has them. */
export function remoteTools(options: Partial<McpToolsDefinition> = {}) {
  const seen: ToolServerLog = {
    headers: [],
    cancelled: Promise.withResolvers(),
    begun: Promise.withResolvers(),
  };
  const handler = createMcpHandler(() => createToolServer(seen));
  const transport = new FakeTransport((request) => {
    seen.headers.push(request.headers.get("authorization"));
    return handler.fetch(request);
  });
  const toolset = mcpTools(
    {
      url: "https://library.test/mcp",
      allow: ["search_*"],
      headers: ({ KEY }) => ({ Authorization: `Bearer ${KEY}` }),
      ...options,
    },
    { fetch: transport.fetch, now: () => transport.now },
  );
  return { seen, transport, handler, toolset, open: () => toolset.open({ KEY: secret }) };
}

/** A server of the older revision that answers `tools/list` and `tools/call` as a test says, against the standard too. */
export function rawServer(
  answers: Readonly<Record<string, (params: { cursor?: string; name?: string }) => object>>,
): (request: Request) => Promise<Response> {
  const initialize = () => ({
    protocolVersion: "2025-06-18",
    capabilities: { tools: {} },
    serverInfo: { name: "raw", version: "1" },
  });
  const all = { initialize, ...answers };
  return async (request) => {
    if (request.method !== "POST") return new Response(null, { status: 405 });
    const { id, method, params } = (await request.json()) as {
      id?: number;
      method: string;
      params: object;
    };
    const answer = (all as typeof answers)[method];
    if (id === undefined) return new Response(null, { status: 202 });
    return Response.json({
      jsonrpc: "2.0",
      id,
      ...(answer
        ? { result: answer(params ?? {}) }
        : { error: { code: -32601, message: "Method not found" } }),
    });
  };
}

/** A tool call's context without effects. */
export const toolContext = (signal: AbortSignal = new AbortController().signal): ToolContext => ({
  signal,
  callId: "call_1",
  agent: "ada",
  state: { get: () => undefined, set: () => undefined },
  env: {},
  sleep: () => Promise.resolve(),
  progress: () => undefined,
  transferTo: () => undefined,
  saveArtifact: () => Promise.resolve(0),
  loadArtifact: () => Promise.resolve(undefined),
  listArtifacts: () => Promise.resolve([]),
  tellPeople: () => undefined,
});

export async function toolNamed(open: OpenToolset, name: string): Promise<FunctionTool> {
  const found = (await open.tools()).tools.find((each) => each.name === name);
  if (found?.kind !== "function") throw new Error(`no function ${name}`);
  return found;
}
