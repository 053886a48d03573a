import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { agents } from "../../src/agents/index.ts";
import type { Directory } from "../../src/directory.ts";
import { connectedConversation, newConversation } from "./client.ts";
import { nativeConversation } from "./native-conversation.ts";
import { rest, sessionsPath, stubOf, runAlarm } from "./rest.ts";

const idOf = (object: string) => (JSON.parse(object) as string[])[2] ?? "";

const entriesOf = (user: string) =>
  runInDurableObject(
    env.DIRECTORY.getByName(JSON.stringify(["assistant", user])),
    (directory: Directory) => directory.list().sessions,
  );

describe("[SESS1] lists the apps, by name or in detail", () => {
  it("as ADK does", async () => {
    const names = agents.map(({ name }) => name);
    expect((await rest("GET", "/list-apps?relative_path=./")).body).toEqual(names);
    const { apps } = (await rest("GET", "/list-apps?detailed=true")).body;
    expect(apps[0]).toEqual({
      name: names[0],
      rootAgentName: names[0],
      description: expect.any(String),
      language: "yaml",
      isComputerUse: false,
      agents: null,
    });
  });
});

describe("[SESS2] creates a session once, with six keys and no more", () => {
  it.each([undefined, "null", {}])("body %j gets an id of its own", async (body) => {
    const { status, body: session } = await rest("POST", sessionsPath("eve"), body);
    expect(status).toBe(200);
    expect(session).toEqual({
      id: expect.stringMatching(/^[\da-f-]{36}$/),
      appName: "assistant",
      userId: "eve",
      state: {},
      events: [],
      lastUpdateTime: expect.closeTo(Date.now() / 1000, -2),
    });
  });

  it("an existing id is a conflict, in snake_case and camelCase", async () => {
    const body = { session_id: " s1 ", state: { a: 1, "temp:b": 2 } };
    expect((await rest("POST", sessionsPath("dan"), body)).body).toMatchObject({
      id: "s1",
      state: { a: 1 },
    });
    expect(await rest("POST", sessionsPath("dan"), { sessionId: "s1" })).toEqual({
      status: 409,
      body: { detail: "Session already exists: s1" },
    });
  });

  it("by its id, where the whole body is the state", async () => {
    const { body } = await rest("POST", `${sessionsPath("dan")}/s2`, { state: { a: 1 } });
    expect(body).toMatchObject({ id: "s2", state: { state: { a: 1 } } });
  });

  it("with a history: its events in order, its state changes, no deltas", async () => {
    const events = [
      { author: "user", content: { role: "user", parts: [{ text: "one" }] }, timestamp: 5 },
      { author: "assistant", partial: true, content: { parts: [{ text: "d" }] } },
      { author: "assistant", invocation_id: "e-1", actions: { state_delta: { some_key: 2 } } },
      { author: "user", content: { role: "user", parts: [{ text: "two" }] } },
    ];
    const { body } = await rest("POST", sessionsPath("dan"), { sessionId: "past", events });
    expect(body.state).toEqual({ some_key: 2 });
    expect(body.events).toMatchObject([
      { timestamp: 5, id: expect.any(String), actions: { artifactDelta: {} } },
      { invocationId: "e-1", actions: { stateDelta: { some_key: 2 } } },
      { content: { parts: [{ text: "two" }] } },
    ]);
    await runAlarm('["assistant","dan","past"]');
    const entries = await entriesOf("dan");
    expect(entries.find(({ session }) => session === "past")).toMatchObject({
      title: "one",
      turns: 2,
      agent: "assistant",
    });
  });
});

describe("[SESS3] an invalid request is reported as FastAPI does", () => {
  it.each([
    ["POST", "", { sessionId: 7 }, 422],
    ["POST", "", "{", 422],
    ["POST", "", { events: [{ author: "user", actions: { dance: 1 } }] }, 422],
    ["PATCH", "/s", {}, 422],
    ["POST", "", { sessionId: "a b" }, 400],
    ["POST", "", { state: { "app:x": 1 } }, 400],
    ["GET", "/nobody", undefined, 404],
    ["PATCH", "/nobody", { stateDelta: { a: 1 } }, 404],
  ])("%s %s %j → %i", async (method, path, body, status) => {
    const answer = await rest(method, sessionsPath("fay") + path, body);
    expect(answer.status).toBe(status);
    expect(answer.body.detail).toBeTruthy();
  });

  it("names the missing field", async () => {
    expect((await rest("PATCH", `${sessionsPath("fay")}/s`, {})).body.detail).toEqual([
      { type: "missing", loc: ["body", "stateDelta"], msg: "Field required" },
    ]);
  });

  it("an unknown app has no sessions", async () => {
    expect(await rest("GET", sessionsPath("ann", "nobody"))).toEqual({
      status: 404,
      body: { detail: "App not found: nobody" },
    });
  });
});

describe("[SESS13] The relay must keep free keys as written", () => {
  it.each(["artifact_delta", "artifactDelta"])("in %s, and in all the others", async (name) => {
    const call = { id: "c", name: "roll", args: { max_sides: 6 } };
    const actions = {
      state_delta: { my_key: { in_it: 1 } },
      [name]: { "my_report_final.pdf": 0 },
      requested_tool_confirmations: { call_one_a: { hint: "h", payload: { my_key: 1 } } },
      requested_auth_configs: { call_two_b: { auth_scheme: "x" } },
    };
    const event = {
      author: "lab",
      actions,
      custom_metadata: { my_key: 1 },
      content: { parts: [{ function_call: call, part_metadata: { my_key: 1 } }] },
    };
    const { body } = await rest("POST", sessionsPath("jo"), { events: [event] });
    expect(body.events[0]).toMatchObject({
      actions: {
        stateDelta: { my_key: { in_it: 1 } },
        artifactDelta: { "my_report_final.pdf": 0 },
        requestedToolConfirmations: { call_one_a: { hint: "h", payload: { my_key: 1 } } },
        requestedAuthConfigs: { call_two_b: { authScheme: "x" } },
      },
      customMetadata: { my_key: 1 },
      content: { parts: [{ functionCall: call, partMetadata: { my_key: 1 } }] },
    });
  });
});

describe("[SESS14] The relay must refuse `.` and `..` in an identity", () => {
  it.each([".", ".."])("%s", async (name) => {
    expect((await rest("POST", sessionsPath("jo"), { sessionId: name })).status).toBe(400);
    const encoded = sessionsPath("jo").replace("jo", "jo%2F..");
    expect((await rest("POST", encoded, {})).status).toBe(400);
  });
});

describe("[SESS12] The relay must store nothing of a history with an invalid event", () => {
  it.each([
    [{ outputTranscription: { finished: true } }, 422],
    [{ inputTranscription: { text: null } }, 422],
    [{ output_transcription: { text: 7, finished: true } }, 422],
    [{ outputTranscription: { text: "Hi.", finished: "yes" } }, 422],
    [{ content: { parts: [{ text: 7 }] } }, 422],
    [{ content: { parts: [null] } }, 422],
    [{ content: { parts: [{ functionCall: "roll" }] } }, 422],
    [{ content: { parts: [{ functionCall: { name: 7 } }] } }, 422],
    [{ content: { parts: [{ functionResponse: { name: "roll", response: 4 } }] } }, 422],
    [{ content: { parts: [{ inlineData: "AAAA" }] } }, 422],
    [{ content: { role: 7 } }, 422],
    [{ turnComplete: "yes" }, 422],
    [{ interrupted: 1 }, 422],
    [{ usageMetadata: 7 }, 422],
    [{ timestamp: -1 }, 422],
    [{ timestamp: 1_800_000_000_000 }, 422],
    [{ agentChanged: {} }, 422],
    [{ longRunningToolIds: "a" }, 422],
    [{ content: { parts: [{ text: "x".repeat(2_000_000) }] } }, 413],
  ])("event %#", async (event, status) => {
    const events = [
      { author: "user", content: { parts: [{ text: "Hi." }] } },
      { author: "lab", ...event },
    ];
    const body = { sessionId: "bad", events };
    expect((await rest("POST", sessionsPath("ivy"), body)).status).toBe(status);
    expect((await rest("GET", `${sessionsPath("ivy")}/bad`)).status).toBe(404);
  });

  it("however deep it is nested", async () => {
    const nested = `${"[".repeat(50_000)}${"]".repeat(50_000)}`;
    const body = `{"events":[{"author":"lab","customMetadata":{"a":${nested}}}]}`;
    const { status, body: refusal } = await rest("POST", sessionsPath("ivy"), body);
    expect(status).toBe(422);
    expect(refusal).toEqual({
      detail: [
        { type: "json_invalid", loc: ["body"], msg: "The body is nested deeper than 100 levels" },
      ],
    });
  });

  it.each(["sessions", "sessions/s", "sessions/s/artifacts", "run", "run_sse"])(
    "[SESS17] a body that cannot be read is refused in words by %s",
    async (path) => {
      const address = path.startsWith("run")
        ? `/${path}`
        : `${sessionsPath("ivy")}${path.slice(8)}`;
      const deep = `${"[".repeat(201)}${"]".repeat(201)}`;
      for (const [body, msg] of [
        ["{", "The body is not JSON"],
        [`{"a":${deep}}`, "The body is nested deeper than 100 levels"],
      ] as const)
        expect(await rest("POST", address, body)).toMatchObject({
          status: 422,
          body: { detail: [{ type: "json_invalid", msg }] },
        });
    },
  );

  it("[SESS17] and by the other protocols over HTTP", async () => {
    const deep = `{"a":${"[".repeat(201)}${"]".repeat(201)}}`;
    expect((await rest("POST", "/v1alpha/auth_tokens", deep)).body).toMatchObject({
      error: { message: "The request is nested deeper than 100 levels." },
    });
  });

  it("takes null as an absent field, and keeps the nulls of arguments", async () => {
    const call = { id: null, name: "roll", args: { sides: null } };
    const events = [
      {
        id: null,
        invocationId: null,
        author: "lab",
        timestamp: null,
        partial: null,
        turnComplete: null,
        inputTranscription: null,
        outputTranscription: { text: "Hi.", finished: null },
        content: { role: null, parts: [{ text: null, functionCall: call, inlineData: null }] },
      },
    ];
    const { status, body } = await rest("POST", sessionsPath("ivy"), { sessionId: "n", events });
    expect(status).toBe(200);
    expect(body.events).toEqual([
      {
        id: expect.any(String),
        invocationId: "",
        author: "lab",
        timestamp: expect.any(Number),
        actions: expect.any(Object),
        outputTranscription: { text: "Hi.", finished: false },
        content: { parts: [{ functionCall: { name: "roll", args: { sides: null } } }] },
      },
    ]);
  });
});

describe("[MEMORY4] The relay must seed a session with the text of imported events", () => {
  it("as history, in true roles", async () => {
    const { user, join, models, object } = newConversation();
    const picture = { inlineData: { mimeType: "image/png", data: "AAAA" } };
    const events = [
      { author: "user", content: { role: "user", parts: [picture, { text: "Is it clear?" }] } },
      { author: "lab", content: { role: "model", parts: [{ text: "It is clear." }] } },
    ];
    const body = { sessionId: idOf(object), events };
    expect((await rest("POST", sessionsPath(user), body)).status).toBe(200);
    await join();
    const model = await models.connection(0);
    await model.until(({ received }) => received.length > 0);
    await model.send({ setupComplete: {} });
    await model.until(({ received }) => received.length > 1);
    expect(model.received[1]).toMatchObject({
      clientContent: {
        turns: [
          { role: "user", parts: [{ text: "Is it clear?" }] },
          { role: "model", parts: [{ text: "It is clear." }] },
        ],
      },
    });
  });
});

describe("[SESS4] lists a user's sessions without their events", () => {
  it("with the state of each, its own and the shared keys", async () => {
    await rest("POST", sessionsPath("gus"), {
      sessionId: "a",
      state: { n: 1, "user:name": "Gus" },
    });
    await rest("POST", sessionsPath("gus"), { sessionId: "b" });
    await runAlarm('["assistant","gus","a"]');
    await runAlarm('["assistant","gus","b"]');
    expect((await rest("GET", sessionsPath("gus"))).body).toMatchObject([
      { id: "a", state: { n: 1, "user:name": "Gus" }, events: [] },
      { id: "b", state: { "user:name": "Gus" }, events: [] },
    ]);
    expect((await rest("GET", sessionsPath("nobody"))).body).toEqual([]);
  });
});

describe("[SESS10] a request that creates or changes a session is answered once the list shows it", () => {
  it("as it is then", async () => {
    const named = (displayName: string) => ({ __session_metadata__: { displayName } });
    const shown = async () => {
      const list = (await rest("GET", sessionsPath("ida"))).body as unknown as { state: object }[];
      return list.map(({ state }) => state);
    };
    await rest("POST", sessionsPath("ida"), { sessionId: "a", state: named("One") });
    expect(await shown()).toEqual([named("One")]);
    await rest("PATCH", `${sessionsPath("ida")}/a`, { stateDelta: named("Two") });
    expect(await shown()).toEqual([named("Two")]);
  });
});

describe("[SESS5] a state change over HTTP reaches the clients of the conversation", () => {
  it("as an event with its own invocation id", async () => {
    const { user, ann, object } = await connectedConversation();
    const path = `${sessionsPath(user)}/${idOf(object)}`;
    const { body } = await rest("PATCH", path, { state_delta: { theme: "dark" } });
    const event = await ann.next();
    expect(event).toMatchObject({
      author: "user",
      invocationId: expect.stringMatching(/^p-/),
      actions: { stateDelta: { theme: "dark" } },
    });
    expect(body).toMatchObject({ state: { theme: "dark" }, events: [event] });
    expect(body.lastUpdateTime).toBeCloseTo(event.timestamp, 2);
  });
});

describe("[SESS6] delete removes everything", () => {
  it("sockets, upstream connection, log, state, alarm and entry; and the id may be used again", async () => {
    const { user, join, ann, model, models, object } = await connectedConversation();
    const path = `${sessionsPath(user)}/${idOf(object)}`;
    ann.send({ type: "text", text: "remember me" });
    await model.until(({ received }) => received.length === 2);
    await runAlarm(object);
    ann.send({ type: "state", delta: { a: 1, "user:lost": 1 } });
    await ann.next();
    expect(await rest("DELETE", path)).toEqual({ status: 200, body: null });
    expect(await ann.untilClosed()).toEqual({
      code: 1000,
      reason: "This conversation was deleted.",
    });
    await model.until(({ closed }) => closed !== undefined);
    const left = await runInDurableObject(
      env.CONVERSATION.getByName(object),
      async (_, { storage }) => ({
        keys: [...storage.kv.list()],
        tables: storage.sql
          .exec<{ name: string }>(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'",
          )
          .toArray(),
        alarm: await storage.getAlarm(),
      }),
    );
    expect(left).toEqual({ keys: [], tables: [], alarm: null });
    expect((await rest("GET", path)).status).toBe(404);
    expect((await rest("GET", sessionsPath(user))).body).not.toContainEqual(
      expect.objectContaining({ id: idOf(object) }),
    );
    expect((await rest("DELETE", path)).status).toBe(200);
    const again = await join();
    const next = await models.connection(1);
    await next.until(({ received }) => received.length > 0);
    await next.send({ setupComplete: {} });
    again.send({ type: "text", text: "hello" });
    await next.until(({ received }) => received.length === 2);
    expect((await rest("GET", path)).body).toMatchObject({
      state: {},
      events: [{ content: { parts: [{ text: "hello" }] } }],
    });
  });
});

describe("[SESS6] a deleted conversation stores nothing again", () => {
  it("when its clients' closes come, which others would be told of", async () => {
    const { ann, joinNative, object } = await nativeConversation();
    const bob = await joinNative();
    await bob.hello();
    const [, user = "", id = ""] = JSON.parse(object) as string[];
    await rest("DELETE", `${sessionsPath(user)}/${id}`);
    for (const each of [ann, bob]) {
      await each.untilClosed();
      each.close();
    }
    // A request after the closes.
    await rest("GET", `${sessionsPath(user)}/${id}`);
    const keys = await runInDurableObject(env.CONVERSATION.getByName(object), (_, { storage }) =>
      [...storage.kv.list()].map(([key]) => key),
    );
    expect(keys).toEqual([]);
  });
});

describe("[SESS8] a request for a session that never existed leaves nothing behind", () => {
  it("no table, no key", async () => {
    await rest("GET", `${sessionsPath("hal")}/never`);
    const keys = await runInDurableObject(stubOf("never", "hal"), (_, { storage }) => [
      ...storage.kv.list(),
    ]);
    expect(keys).toEqual([]);
  });
});

describe("[DIR1] the directory lists a conversation as soon as a client joins", () => {
  it("with the first message, the turns and the agent that spoke last", async () => {
    const { user, ann, model, object } = await connectedConversation();
    ann.send({ type: "text", text: "  What is\nthe time? " });
    await model.until(({ received }) => received.length === 2);
    await model.send(
      { serverContent: { outputTranscription: { text: "Noon." } } },
      { serverContent: { turnComplete: true } },
    );
    await ann.next((event) => event.turnComplete === true);
    await runAlarm(object);
    const entries = await entriesOf(user);
    expect(entries.find(({ session }) => session === idOf(object))).toMatchObject({
      title: "What is the time?",
      turns: 1,
      agent: "assistant",
    });
  });
});
