import { WebStandardStreamableHTTPServerTransport } from "@modelcontextprotocol/server";
import { describe, expect, it, vi } from "vitest";
import type { FunctionTool } from "../../src/agent/tool.ts";
import type { OpenToolset } from "../../src/agent/toolset.ts";
import { toolContext, createToolServer, remoteTools, secret } from "./tool-server.ts";

async function toolNamed(open: OpenToolset, name: string): Promise<FunctionTool> {
  const found = (await open.tools()).tools.find((each) => each.name === name);
  if (found?.kind !== "function") throw new Error(`no function ${name}`);
  return found;
}

const namesIn = async (open: OpenToolset) => (await open.tools()).tools.map(({ name }) => name);

describe("[MCP1] tools of a remote server are those its author allows, and are called like any other", () => {
  it("listed, declared in the Live API's dialect, and called", async () => {
    const { open, seen } = remoteTools();
    const house = open();
    expect(await namesIn(house)).toEqual([
      "search_books",
      "search_count",
      "search_fails",
      "search_secret",
      "search_slow",
    ]);
    const books = await toolNamed(house, "search_books");
    expect(books.arguments.schema).toMatchObject({
      type: "OBJECT",
      properties: { about: { type: "STRING" } },
      required: ["about"],
    });
    expect(await books.run({ about: "the sea" }, toolContext())).toEqual({
      result: "Two books about the sea.",
    });
    expect(new Set(seen.headers)).toEqual(new Set([`Bearer ${secret}`]));
    house.close();
  });

  it("with a server of the older revision, which keeps sessions", async () => {
    const { open, door, seen } = remoteTools();
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: () => "session-1",
    });
    await createToolServer(seen).connect(transport);
    door.handler = (request) => transport.handleRequest(request);
    const opened = open();
    const books = await toolNamed(opened, "search_books");
    expect(await books.run({ about: "ships" }, toolContext())).toEqual({
      result: "Two books about ships.",
    });
    opened.close();
    await vi.waitFor(() => expect(door.methods).toContain("DELETE"));
  });

  it("with a prefix, if the author sets one", async () => {
    const { open } = remoteTools({ prefix: "house_", allow: ["search_books"] });
    const books = await toolNamed(open(), "house_search_books");
    expect(await books.run({ about: "x" }, toolContext())).toEqual({
      result: "Two books about x.",
    });
  });
});

describe("[MCP2] a list is cached until it expires or the server reports a change", () => {
  it("for all conversations, for a limited time", async () => {
    const { open, door } = remoteTools({ keepMs: 1000 });
    await open().tools();
    await open().tools();
    door.now = 999;
    await open().tools();
    expect(door.countOf("tools/list")).toBe(1);
    door.now = 1000;
    await open().tools();
    expect(door.countOf("tools/list")).toBe(2);
  });

  it("requests it again after tools/list_changed", async () => {
    const { open, door, handler } = remoteTools();
    const house = open();
    await house.tools();
    await vi.waitFor(() => expect(door.countOf("subscriptions/listen")).toBe(1));
    handler.notify.toolsChanged();
    await vi.waitFor(async () => {
      await house.tools();
      expect(door.countOf("tools/list")).toBe(2);
    });
    house.close();
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
    const { open, door } = remoteTools({ name: "the house" });
    const books = await toolNamed(open(), "search_books");
    door.override = () => new Response(`stack of ${secret}`, { status: 500 });
    const failed = await Promise.resolve(books.run({ about: "x" }, toolContext())).catch(String);
    expect(failed).toBe("Error: The server of this function (the house) answered HTTP 500.");
    door.override = undefined;
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
});

describe("[MCP8] a session that the server has forgotten is replaced", () => {
  it("unnoticed by the model", async () => {
    const { open, door } = remoteTools();
    const books = await toolNamed(open(), "search_books");
    door.override = () => {
      door.override = undefined;
      return new Response("no such session", { status: 404 });
    };
    expect(await books.run({ about: "x" }, toolContext())).toEqual({
      result: "Two books about x.",
    });
    expect(door.countOf("server/discover")).toBe(2);
  });
});

describe("[MCP3] a server that is down, slow or refuses is reported without its secrets", () => {
  it.each<[string, () => Response | Promise<Response>]>([
    ["the server answered HTTP 503", () => new Response(secret, { status: 503 })],
    [
      "the server refused the credentials it was sent (HTTP 401); check its headers",
      () => new Response(secret, { status: 401 }),
    ],
    [
      "the server cannot be reached, or does not speak MCP",
      () => Promise.reject(new TypeError(`no ${secret}`)),
    ],
    ["the server did not answer in time", () => new Promise(() => undefined)],
    [
      "the server cannot be reached, or does not speak MCP",
      () => Response.json({ not: "the protocol" }),
    ],
  ])("%s", async (words, answer) => {
    const { open, door } = remoteTools({ listTimeoutMs: 50 });
    door.override = answer;
    expect(await open().tools().catch(String)).toBe(`Error: ${words}`);
  });

  it("reports headers that cannot be built as the author's error", async () => {
    const headers = () => {
      throw new Error(secret);
    };
    expect(await remoteTools({ headers }).open().tools().catch(String)).toBe(
      "Error: the server was not asked, since its headers could not be made",
    );
  });
});

describe("[MCP4] a tool that cannot be declared to a model is left out, by name", () => {
  it("and the others remain", async () => {
    const { omissions } = await remoteTools().open().tools();
    expect(omissions).toEqual([expect.stringMatching(/^left out\. Tool "search_odd": .*not/)]);
  });

  it("refuses an invalid definition at start", () => {
    expect(() => remoteTools({ url: "house", name: "house" })).toThrow(
      /MCP tools of "house".*url/s,
    );
    expect(() => remoteTools({ allow: [] })).toThrow(/allow/);
  });
});
