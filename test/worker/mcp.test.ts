import { WebStandardStreamableHTTPServerTransport } from "@modelcontextprotocol/server";
import { describe, expect, it } from "vitest";
import type { FunctionTool } from "../../src/agent/tool.ts";
import type { OpenToolset } from "../../src/agent/toolset.ts";
import { mcpTools } from "../../src/mcp/tools.ts";
import {
  toolContext,
  toolNamed,
  createToolServer,
  rawServer,
  remoteTools,
  secret,
} from "./tool-server.ts";
import { eventually } from "../support/eventually.ts";

const namesIn = async (open: OpenToolset) => (await open.tools()).tools.map(({ name }) => name);

describe("[MCP1] tools of a remote server are those its author allows, and are called like any other", () => {
  it("listed, declared in the Live API's dialect, and called", async () => {
    const { open, seen } = remoteTools();
    const toolset = open();
    expect(await namesIn(toolset)).toEqual([
      "search_books",
      "search_count",
      "search_fails",
      "search_secret",
      "search_slow",
    ]);
    const books = await toolNamed(toolset, "search_books");
    expect(books.arguments.schema).toMatchObject({
      type: "OBJECT",
      properties: { about: { type: "STRING" } },
      required: ["about"],
    });
    expect(await books.run({ about: "the sea" }, toolContext())).toEqual({
      result: "Two books about the sea.",
    });
    expect(new Set(seen.headers)).toEqual(new Set([`Bearer ${secret}`]));
    toolset.close();
  });

  it("with a server of the older revision, which keeps sessions", async () => {
    const { open, transport, seen } = remoteTools();
    const server = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: () => "session-1",
    });
    await createToolServer(seen).connect(server);
    transport.handler = (request) => server.handleRequest(request);
    const toolset = open();
    const books = await toolNamed(toolset, "search_books");
    expect(await books.run({ about: "ships" }, toolContext())).toEqual({
      result: "Two books about ships.",
    });
    toolset.close();
    await eventually(() => expect(transport.methods).toContain("DELETE"));
  });

  it("with a prefix, if the author sets one", async () => {
    const { open } = remoteTools({ prefix: "library_", allow: ["search_books"] });
    const books = await toolNamed(open(), "library_search_books");
    expect(await books.run({ about: "x" }, toolContext())).toEqual({
      result: "Two books about x.",
    });
  });
});

describe("[MCP2] a list is cached until it expires or the server reports a change", () => {
  it("for all conversations, for a limited time", async () => {
    const { open, transport } = remoteTools({ keepMs: 1000 });
    await open().tools();
    await open().tools();
    transport.now = 999;
    await open().tools();
    expect(transport.countOf("tools/list")).toBe(1);
    transport.now = 1000;
    await open().tools();
    expect(transport.countOf("tools/list")).toBe(2);
  });

  it("requests it again after tools/list_changed", async () => {
    const { open, transport, handler } = remoteTools();
    const toolset = open();
    await toolset.tools();
    await eventually(() => expect(transport.countOf("subscriptions/listen")).toBe(1));
    handler.notify.toolsChanged();
    await eventually(async () => {
      await toolset.tools();
      expect(transport.countOf("tools/list")).toBe(2);
    });
    toolset.close();
  });
});

describe("[MCP5] the result of a remote tool becomes a function response", () => {
  it.each([
    ["search_count", { count: 2 }],
    ["search_fails", { error: "The shelf is empty." }],
  ])("%s", async (name, expected) => {
    const { open } = remoteTools();
    const it = await toolNamed(open(), name);
    expect(await it.run({}, toolContext())).toEqual(expected);
  });

  it("reports a failing server in its own text, and the next call succeeds", async () => {
    const { open, transport } = remoteTools({ name: "the library" });
    const books = await toolNamed(open(), "search_books");
    transport.override = () => new Response(`stack of ${secret}`, { status: 500 });
    const failed = await Promise.resolve(books.run({ about: "x" }, toolContext())).catch(String);
    expect(failed).toBe("Error: The server of this function (the library) answered HTTP 500.");
    transport.override = undefined;
    expect(await books.run({ about: "x" }, toolContext())).toEqual({
      result: "Two books about x.",
    });
  });
});

describe("[MCP6] an abandoned call is cancelled at the server", () => {
  it("by the call's signal", async () => {
    const { open, seen } = remoteTools();
    const slow = await toolNamed(open(), "search_slow");
    const abort = new AbortController();
    const call = Promise.resolve(slow.run({}, toolContext(abort.signal))).catch(() => "given up");
    await seen.begun.promise;
    abort.abort();
    await seen.cancelled.promise;
    expect(await call).toBe("given up");
  });
});

describe("[MCP7] header values go to the server and nowhere else", () => {
  it("even if the server repeats them", async () => {
    const { open } = remoteTools();
    const it = await toolNamed(open(), "search_secret");
    expect(await it.run({}, toolContext())).toEqual({ result: "You sent [secret]." });
  });

  it("in descriptions and omissions of its list, and in the keys of a result", async () => {
    const { open, transport } = remoteTools({ allow: ["*"] });
    const properties = { it: { type: "string" } };
    transport.handler = rawServer({
      "tools/list": () => ({
        tools: [
          { name: "a", description: secret, inputSchema: { type: "object", properties } },
          { name: secret },
        ],
      }),
      "tools/call": () => ({ content: [], structuredContent: { [secret]: secret } }),
    });
    const toolset = open();
    const { tools, omissions } = await toolset.tools();
    const [first] = tools;
    const declared = [first?.description, omissions];
    expect(JSON.stringify(declared)).toContain("[secret]");
    expect(JSON.stringify(declared)).not.toContain(secret);
    const result = await (first as FunctionTool).run({}, toolContext());
    expect(result).toEqual({ "[secret]": "[secret]" });
  });
});

describe("[MCP8] a session that the server has forgotten is replaced", () => {
  it("unnoticed by the model", async () => {
    const { open, transport } = remoteTools();
    const books = await toolNamed(open(), "search_books");
    transport.override = () => {
      transport.override = undefined;
      return new Response("no such session", { status: 404 });
    };
    expect(await books.run({ about: "x" }, toolContext())).toEqual({
      result: "Two books about x.",
    });
    expect(transport.countOf("server/discover")).toBe(2);
  });
});

describe("[MCP3] a server that is down, slow or refuses is reported without its secrets", () => {
  it.each<[string, () => Response | Promise<Response>]>([
    ["the MCP server answered HTTP 503", () => new Response(secret, { status: 503 })],
    [
      "the MCP server refused the credentials it was sent (HTTP 401); check its headers",
      () => new Response(secret, { status: 401 }),
    ],
    [
      "the MCP server cannot be reached, or does not speak MCP",
      () => Promise.reject(new TypeError(`no ${secret}`)),
    ],
    ["the MCP server did not answer in time", () => new Promise(() => undefined)],
    [
      "the MCP server cannot be reached, or does not speak MCP",
      () => Response.json({ not: "the protocol" }),
    ],
  ])("%s", async (expected, answer) => {
    const { open, transport } = remoteTools({ listTimeoutMs: 50 });
    transport.override = answer;
    expect(await open().tools().catch(String)).toBe(`Error: ${expected}`);
  });

  it("reports headers that cannot be built as the author's error", async () => {
    const headers = () => {
      throw new Error(secret);
    };
    expect(await remoteTools({ headers }).open().tools().catch(String)).toBe(
      "Error: the MCP server was not asked, since its headers could not be made",
    );
  });
});

describe("[MCP4] a tool that cannot be declared to a model is left out, by name", () => {
  it("and the others remain", async () => {
    const { omissions } = await remoteTools().open().tools();
    expect(omissions).toEqual([expect.stringMatching(/^left out\. Tool "search_odd": .*not/)]);
  });

  it("refuses an invalid definition at start", () => {
    expect(() => remoteTools({ url: "library", name: "library" })).toThrow(
      /MCP tools of "library".*url/s,
    );
    expect(() => remoteTools({ allow: [] })).toThrow(/allow/);
  });
});

describe("[MCP9] a definition in the Worker needs an address and names, and nothing more", () => {
  it("without headers", () => {
    expect(mcpTools({ url: "https://library.test/mcp", allow: ["search_*"] })).toMatchObject({
      kind: "toolset",
      name: "library.test",
    });
  });
});

describe("[MCP10] one malformed entry of a list does not cost the others", () => {
  const inputSchema = { type: "object", properties: { x: { type: "string" } } };
  const toolsOf = async (tools: unknown) => {
    const { open, transport } = remoteTools({ allow: ["*"] });
    transport.handler = rawServer({ "tools/list": () => ({ tools }) });
    return open().tools();
  };

  it.each<[string, unknown, string]>([
    [
      "parameters without a type",
      { name: "odd", inputSchema: { properties: {} } },
      'Tool "odd": its inputSchema.type',
    ],
    ["no parameters", { name: "odd" }, 'Tool "odd": its inputSchema'],
    [
      "parameters in a list",
      { name: "odd", inputSchema: [inputSchema] },
      'Tool "odd": its inputSchema',
    ],
    ["no name", { inputSchema }, "A tool: its name"],
    ["a name with a space", { name: "my tool", inputSchema }, 'Tool "my tool"'],
    ["null", null, "A tool: its definition is not an object"],
  ])("%s", async (_, entry, reason) => {
    const { tools, omissions } = await toolsOf([
      { name: "a", inputSchema },
      entry,
      { name: "b", inputSchema },
    ]);
    expect(tools.map(({ name }) => name)).toEqual(["a", "b"]);
    expect(omissions).toEqual([expect.stringContaining(`left out. ${reason}`)]);
  });

  it("a field that is wrong and not needed costs nothing", async () => {
    const { tools, omissions } = await toolsOf([
      {
        name: "a",
        inputSchema,
        title: "Search",
        description: null,
        annotations: "none",
        outputSchema: [],
      },
    ]);
    expect(tools).toMatchObject([{ name: "a", description: "Search" }]);
    expect(omissions).toEqual([]);
  });

  it("a type in capital letters is one, and a description is cut to what a model reads", async () => {
    const { tools } = await toolsOf([
      { name: "a", description: "\ud83d!", inputSchema: { type: "OBJECT" } },
      { name: "b", description: "😀".repeat(100_000), inputSchema },
    ]);
    expect(tools.map(({ name, description }) => [name, description.length])).toEqual([
      ["a", 2],
      ["b", 16_384],
    ]);
    expect(tools.every(({ description }) => description.isWellFormed())).toBe(true);
  });

  it("on any page, of which a server that repeats its cursor has two", async () => {
    const { open, transport } = remoteTools({ allow: ["*"] });
    const pages = [[{ name: "a", inputSchema }, {}], [{ name: "b", inputSchema }]];
    transport.handler = rawServer({
      "tools/list": ({ cursor }) => ({ tools: pages[cursor ? 1 : 0], nextCursor: "next" }),
    });
    expect(await namesIn(open())).toEqual(["a", "b"]);
    expect(transport.countOf("tools/list")).toBe(2);
  });

  it("a list that is none is the server's failure", async () => {
    expect(await toolsOf({}).catch(String)).toContain("Error: the MCP server");
  });
});

describe("[MCP11] a result that is not of the announced form is told as a result", () => {
  const inputSchema = { type: "object" };
  const outputSchema = {
    type: "object",
    properties: { count: { type: "number" } },
    required: ["count"],
  };
  const text = [{ type: "text", text: "Two books are ordered." }];
  const note = expect.stringContaining("was carried out");
  const resultOf = async (result: object, schema: object = outputSchema) => {
    const { open, transport } = remoteTools({ allow: ["*"] });
    transport.handler = rawServer({
      "tools/list": () => ({ tools: [{ name: "order", inputSchema, outputSchema: schema }] }),
      "tools/call": () => result,
    });
    const order = await toolNamed(open(), "order");
    return Promise.resolve(order.run({}, toolContext())).catch(String);
  };

  it.each<[string, object, object]>([
    [
      "of another type",
      { content: text, structuredContent: { count: "two" } },
      { result: text[0]?.text, note },
    ],
    ["missing", { content: text }, { result: text[0]?.text, note }],
    [
      "without a text",
      { content: [], structuredContent: { number: 2 } },
      { result: '{"number":2}', note },
    ],
    ["of the announced form", { content: text, structuredContent: { count: 2 } }, { count: 2 }],
    ["an error", { content: text, isError: true }, { error: text[0]?.text }],
  ])("%s", async (_, result, expected) => {
    expect(await resultOf(result)).toEqual(expected);
  });

  it("a schema that cannot be checked does not cost the result", async () => {
    const odd = { type: "object", properties: { count: { type: "string", pattern: "(?P<n>x)" } } };
    expect(await resultOf({ content: text, structuredContent: { count: "x" } }, odd)).toEqual({
      count: "x",
    });
  });

  it.each<[string, object, unknown]>([
    ["types in capital letters", { type: "NUMBER" }, 1],
    ["OpenAPI's nullable", { type: "number", nullable: true }, null],
    ["two alternatives that fit", { oneOf: [{ type: "number" }, { type: "integer" }] }, 1],
    ["a format that only annotates", { type: "string", format: "uuid" }, "0"],
  ])("a schema with %s does not cost the result", async (_, count, value) => {
    const announced = { type: "object", properties: { count } };
    const structuredContent = { count: value };
    expect(await resultOf({ content: text, structuredContent }, announced)).toEqual(
      structuredContent,
    );
  });

  it("an answer that cannot be read is not told as one that never came", async () => {
    expect(await resultOf({ content: 5 })).toBe(
      "Error: The server of this function (library.test) answered in a form that cannot be read. It may have been carried out: do not call it again unasked.",
    );
  });
});

describe("[MCP13] nulls and unknown blocks do not cost a result", () => {
  const text = { type: "text", text: "It is booked." };
  const call = async (result: object, envelope: object = {}, sse = false) => {
    const { open, transport } = remoteTools({ allow: ["*"] });
    const raw = rawServer({
      "tools/list": () => ({ tools: [{ name: "book", inputSchema: { type: "object" } }] }),
      "tools/call": () => result,
    });
    transport.handler = async (request) => {
      const response = await raw(request);
      if (response.status !== 200) return response;
      const body = JSON.stringify({ ...envelope, ...(await response.json<object>()) });
      const headers = { "content-type": sse ? "text/event-stream" : "application/json" };
      return new Response(sse ? `event: message\r\ndata: ${body}\r\n\r\n` : body, { headers });
    };
    return Promise.resolve((await toolNamed(open(), "book")).run({}, toolContext())).catch(String);
  };

  it.each<[string, object, object]>([
    ["isError", { content: [text], isError: null }, { result: text.text }],
    ["structuredContent", { content: [text], structuredContent: null }, { result: text.text }],
    ["_meta", { content: [text], _meta: null }, { result: text.text }],
    [
      "of a block",
      { content: [{ ...text, annotations: null, _meta: null }] },
      { result: text.text },
    ],
    ["a block", { content: [null, text] }, { result: text.text }],
    ["within data, which stay", { content: [], structuredContent: { a: null } }, { a: null }],
    ["content", { content: null, structuredContent: { a: 1 } }, { a: 1 }],
    [
      "a block of another kind",
      { content: [{ type: "hologram", data: "x" }, text] },
      { result: `[hologram, left out]\n${text.text}` },
    ],
    [
      "another kind, with a text",
      { content: [{ type: "markdown", text: "# Booked" }] },
      { result: "[markdown] # Booked" },
    ],
    [
      "a picture without a type",
      { content: [{ type: "image", data: "x", mimeType: null }, text] },
      { result: `[image, left out]\n${text.text}` },
    ],
    ["a text without a kind", { content: [{ text: "Booked." }] }, { result: "Booked." }],
    ["a bare text", { content: ["Booked."] }, { result: "Booked." }],
  ])("%s", async (_, result, expected) => {
    expect(await call(result)).toEqual(expected);
    expect(await call(result, {}, true)).toEqual(expected);
  });

  it("an error that is null beside the result", async () => {
    expect(await call({ content: [text] }, { error: null })).toEqual({ result: text.text });
  });
});
