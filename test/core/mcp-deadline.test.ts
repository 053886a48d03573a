import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { OpenToolset } from "../../src/agent/toolset.ts";
import { rawServer, remoteTools, toolContext, toolNamed } from "../worker/tool-server.ts";

describe("[MCP3] one deadline covers the connection and the whole list", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const late = "Error: the MCP server did not answer in time";
  const later = async (ms: number, answer: Response | Promise<Response>): Promise<Response> => {
    await new Promise((resolve) => setTimeout(resolve, ms));
    return answer;
  };
  /** The list's outcome after its deadline. */
  const outcomeOf = async (toolset: OpenToolset) => {
    const outcome = toolset.tools().catch(String);
    await vi.advanceTimersByTimeAsync(4_000);
    return outcome;
  };
  const book = { name: "search_books", inputSchema: { type: "object" } };

  it("a server that never answers the notification after the handshake; a later attempt starts anew", async () => {
    const { open, transport } = remoteTools();
    const server = rawServer({ "tools/list": () => ({ tools: [book] }) });
    const toolset = open();
    transport.handler = async (request) => {
      const { method } = (await request.clone().json()) as { method?: string };
      return method === "notifications/initialized"
        ? new Promise(() => undefined)
        : server(request);
    };
    expect(await outcomeOf(toolset)).toBe(late);
    transport.handler = server;
    expect(await outcomeOf(toolset)).toMatchObject({ tools: [{ name: "search_books" }] });
    expect(transport.countOf("notifications/initialized")).toBe(2);
  });

  it("a server whose pages each come in time, and do not end", async () => {
    const { open, transport } = remoteTools();
    let cursor = 0;
    const page = () => ({ tools: [book], nextCursor: `${++cursor}` });
    const server = rawServer({ "tools/list": page });
    transport.handler = (request) => later(500, server(request));
    expect(await outcomeOf(open())).toBe(late);
    const asked = transport.countOf("tools/list");
    await vi.advanceTimersByTimeAsync(60_000);
    expect(transport.countOf("tools/list")).toBe(asked);
  });

  it("a server that takes its time for each step", async () => {
    const { open, transport } = remoteTools();
    const server = rawServer({ "tools/list": () => ({ tools: [book] }) });
    transport.handler = (request) => later(1_500, server(request));
    expect(await outcomeOf(open())).toBe(late);
  });

  it("two sessions of one conversation share the listing under way", async () => {
    const { open, transport } = remoteTools();
    const server = rawServer({ "tools/list": () => ({ tools: [book] }) });
    transport.handler = (request) => later(100, server(request));
    const toolset = open();
    const both = Promise.all([toolset.tools(), toolset.tools()]);
    await vi.advanceTimersByTimeAsync(4_000);
    expect((await both).map(({ tools }) => tools.length)).toEqual([1, 1]);
    expect(transport.countOf("tools/list")).toBe(1);
  });

  it("a call under way goes on when the list of its server is late", async () => {
    const { open, transport } = remoteTools({ keepMs: 0 });
    const result = { content: [{ type: "text", text: "Two books." }] };
    const server = rawServer({
      "tools/list": () => ({ tools: [book] }),
      "tools/call": () => result,
    });
    transport.handler = server;
    const toolset = open();
    const books = await toolNamed(toolset, "search_books");
    const answer = Promise.withResolvers<void>();
    const asked = Promise.withResolvers<void>();
    transport.handler = async (request) => {
      const { method } = (await request.clone().json()) as { method?: string };
      if (method !== "tools/call") return new Promise(() => undefined);
      const answered = await server(request);
      asked.resolve();
      await answer.promise;
      return answered;
    };
    const call = Promise.resolve(books.run({}, toolContext())).catch(String);
    await asked.promise;
    expect(await outcomeOf(toolset)).toBe(late);
    answer.resolve();
    expect(await call).toEqual({ result: "Two books." });
  });

  it("of a list without end the first 1,000 tools are read, and the operator is told", async () => {
    const { open, transport } = remoteTools();
    let page = 0;
    const tools = () =>
      Array.from({ length: 600 }, (_, at) => ({ ...book, name: `search_${page}_${at}` }));
    transport.handler = rawServer({
      "tools/list": () => ({ tools: tools(), nextCursor: `${++page}` }),
    });
    const listed = await open().tools();
    expect(listed.tools).toHaveLength(1_000);
    expect(listed.omissions).toEqual([
      "left out. The server lists more than 1000 tools: the rest is not read.",
    ]);
    expect(transport.countOf("tools/list")).toBe(2);
  });
});
