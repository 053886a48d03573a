/** How many conversations a user begins and has, and how many ephemeral tokens it gets. */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { Directory } from "../../src/directory.ts";
import { limits } from "../../src/core/policy/limits.ts";
import { newConversation } from "./client.ts";
import { connectLive, method, model as liveModel } from "./live-client.ts";
import { connectNative, NativeClient, pathOf } from "./native.ts";
import { rest, runAlarm, sessionsPath } from "./rest.ts";
import { connectSse } from "./sse.ts";
import { ask, askSocket, tokenFor } from "./tokens.ts";
import { FakeUpstreams, setLimits, setUpstream } from "./upstreams.ts";
import { eventually } from "../support/eventually.ts";

let count = 0;
const from = (address: string) => ({ "cf-connecting-ip": address });
const stranger = from("203.0.113.30");

/** Conversations of one new user, each with the limits. */
function userWith(limits: Parameters<typeof setLimits>[1]) {
  const user = `nia-${++count}`;
  const begin = (session: string) => {
    const object = JSON.stringify(["assistant", user, session]);
    setLimits(object, limits);
    setUpstream(object, new FakeUpstreams().answer);
    return { user, session, object, path: pathOf(object) };
  };
  return { user, begin };
}

describe("[LIMIT20] a user begins a bounded number of conversations a minute", () => {
  it("by each protocol; clients of one that exists are admitted", async () => {
    const { user, begin } = userWith({ newConversations: 1 });
    const first = begin("one");
    await (await connectNative(first.path, stranger)).client.hello();
    const next = begin("two");
    const refused = (await connectNative(next.path, stranger)).client;
    expect(await refused.untilClosed()).toMatchObject({ code: 1013 });
    expect(refused.of("error")).toMatchObject([
      { code: "RATE_LIMITED", message: expect.stringMatching(/at most 1 a minute.* in 60 s\.$/) },
    ]);
    const live = await connectLive(`/live/assistant/${user}/two/${method}`, stranger);
    expect(await live.untilClosed()).toMatchObject({ code: 1013 });
    await expect(connectSse(`/events/${user}/two`, stranger)).rejects.toThrow("429");
    expect(await rest("POST", `${sessionsPath(user)}/two`, {}, stranger)).toMatchObject({
      status: 429,
      body: { detail: expect.stringContaining("was not begun") },
    });
    await (await connectNative(first.path, stranger)).client.hello();
  });

  it("those that come to a new one at the same time begin one", async () => {
    const { begin } = userWith({ newConversations: 1 });
    const { path } = begin("one");
    const clients = await Promise.all([1, 2, 3].map(() => connectNative(path, stranger)));
    for (const { client } of clients) await client.hello();
  });

  it("also after the directory has left the memory", async () => {
    const { user, begin } = userWith({ newConversations: 1 });
    await (await connectNative(begin("one").path, stranger)).client.hello();
    await evictDurableObject(env.DIRECTORY.getByName(JSON.stringify(["assistant", user])));
    const refused = (await connectNative(begin("two").path, stranger)).client;
    expect(await refused.untilClosed()).toMatchObject({ code: 1013 });
  });

  it("the count is kept no longer than it lasts", async () => {
    const { user, begin } = userWith({ newConversations: 1 });
    await (await connectNative(begin("one").path, stranger)).client.hello();
    const directory = env.DIRECTORY.getByName(JSON.stringify(["assistant", user]));
    const stored = () =>
      runInDurableObject(directory, (_, { storage }) => storage.kv.get("allowances"));
    expect(await stored()).toBeDefined();
    await runDurableObjectAlarm(directory);
    expect(await stored()).toBeUndefined();
  });

  it("the user of no person counts by token and address", async () => {
    const connect = async (address: string, session: string) => {
      const object = JSON.stringify(["assistant", "anonymous", session]);
      setLimits(object, { newConversations: 1 });
      setUpstream(object, new FakeUpstreams().answer);
      const { client } = await connectNative(pathOf(object), from(address));
      return client;
    };
    await (await connect("203.0.113.31", `x${++count}`)).hello();
    expect(await (await connect("203.0.113.31", `x${++count}`)).untilClosed()).toMatchObject({
      code: 1013,
    });
    await (await connect("203.0.113.32", `x${++count}`)).hello();
  });

  it("with a token, wherever its client is; without, not on this machine", async () => {
    const { user, begin } = userWith({ newConversations: 1 });
    for (const session of ["one", "two"])
      await (await connectNative(begin(session).path, from("127.0.0.1"))).client.hello();
    const token = await tokenFor({ user, jti: "j" });
    const headers = { "Sec-WebSocket-Protocol": "parley.v1" };
    const join = async (session: string) =>
      new NativeClient(await askSocket(begin(session).path, { token, headers }));
    await (await join("three")).hello();
    expect(await (await join("four")).untilClosed()).toMatchObject({ code: 1013 });
  });
});

describe("[LIMIT37] listeners and observers begin no conversation", () => {
  it("in any protocol: there is no session, and none is counted, until a speaker joins", async () => {
    const { user, begin } = userWith({ newConversations: 1 });
    const { path, session, object } = begin("one");
    for (const role of ["listener", "observer"] as const) {
      await (await connectNative(`${path}&role=${role}`, stranger)).client.hello({ role });
      await connectSse(`/events/${user}/${session}?role=${role}`, stranger);
      const live = await connectLive(
        `/live/assistant/${user}/${session}/${method}?role=${role}`,
        stranger,
      );
      live.send({ setup: { model: liveModel } });
      await connectNative(`${begin(`other-${role}`).path}&role=${role}`, stranger);
    }
    const sessions = async () => {
      await runAlarm(object);
      return (await rest("GET", sessionsPath(user))).body;
    };
    expect((await rest("GET", `${sessionsPath(user)}/${session}`)).status).toBe(404);
    expect(await sessions()).toEqual([]);
    await (await connectNative(path, stranger)).client.hello();
    expect((await rest("GET", `${sessionsPath(user)}/${session}`)).status).toBe(200);
    expect(await sessions()).toMatchObject([{ id: session }]);
  });

  it("a client that takes a speaker's role begins it", async () => {
    const { user, begin } = userWith({});
    const { path, session } = begin("one");
    const { client } = await connectNative(path, stranger);
    await client.hello({ role: "listener" });
    client.send({ type: "hello", role: "speaker" });
    await eventually(async () =>
      expect((await rest("GET", `${sessionsPath(user)}/${session}`)).status).toBe(200),
    );
  });
});

describe("[LIMIT21] a user has a bounded number of conversations", () => {
  it("the next is refused in words, and those that exist go on", async () => {
    const { user, begin } = userWith({ conversations: 2 });
    const one = begin("one");
    for (const session of ["one", "two"]) {
      begin(session);
      await rest("POST", `${sessionsPath(user)}/${session}`, {});
    }
    begin("three");
    expect(await rest("POST", `${sessionsPath(user)}/three`, {})).toMatchObject({
      status: 413,
      body: { detail: expect.stringContaining("delete some") },
    });
    const refused = (await connectNative(begin("four").path)).client;
    expect(await refused.untilClosed()).toMatchObject({ code: 1008 });
    expect(refused.of("error")).toMatchObject([{ code: "DIRECTORY_FULL", action: "fix" }]);
    await (await connectNative(one.path)).client.hello();
    await rest("DELETE", `${sessionsPath(user)}/two`);
    expect((await rest("POST", `${sessionsPath(user)}/three`, {})).status).toBe(200);
  });
});

describe("[LIMIT23] ephemeral tokens are bounded for a user, and for a token that names none", () => {
  const settings = { LIMIT_EPHEMERAL_TOKENS: "1" };
  const mint = async (token: string | undefined, path = "/v1alpha/auth_tokens") =>
    ask(path, { method: "POST", body: {}, settings, token });

  it("the next is refused in Google's form with a time; another's is not", async () => {
    const [user, other] = [`nia-${++count}`, `nia-${++count}`];
    expect((await mint(await tokenFor({ user }))).status).toBe(200);
    const response = await mint(await tokenFor({ user, jti: "another" }));
    expect(response.status).toBe(429);
    expect(response.headers.get("retry-after")).toBe("60");
    expect(await response.json()).toMatchObject({
      error: {
        code: 429,
        status: "RESOURCE_EXHAUSTED",
        message: expect.stringMatching(/ 60 s\.$/),
      },
    });
    expect((await mint(await tokenFor({ user: other }))).status).toBe(200);
  });

  it("a visitor, whose user stands for no person, has a number of its own", async () => {
    const [one, other] = await Promise.all(
      [`v-${++count}`, `v-${++count}`].map((session) => tokenFor({ user: "anonymous", session })),
    );
    expect((await mint(one)).status).toBe(200);
    expect((await mint(one)).status).toBe(429);
    expect((await mint(other)).status).toBe(200);
  });

  it("a user has a bounded number that have not expired, and the directory knows them all", async () => {
    const user = `nia-${++count}`;
    const most = limits.userEphemeralTokens.value;
    const directory = env.DIRECTORY.getByName(JSON.stringify(["*", user]));
    const [soon, later] = [Date.now() + 30_000, Date.now() + 3_600_000];
    await runInDurableObject(directory, (_, { storage }) =>
      storage.kv.put(
        "ephemeral tokens",
        Object.fromEntries([
          ["expired", 1],
          ["next", soon],
          ...Array.from({ length: most - 2 }, (_each, n) => [`token ${n}`, later]),
        ]),
      ),
    );
    const token = await tokenFor({ user });
    const mintFreely = () => ask("/v1alpha/auth_tokens", { method: "POST", body: {}, token });
    expect((await mintFreely()).status).toBe(200);
    const response = await mintFreely();
    expect(response.status).toBe(429);
    expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(20);
    expect(Number(response.headers.get("retry-after"))).toBeLessThanOrEqual(30);
    const names = await runInDurableObject(directory, (_, { storage }) =>
      Object.keys(storage.kv.get<object>("ephemeral tokens") ?? {}),
    );
    expect(names).toHaveLength(most);
    expect(names).toContain("next");
  });

  it("a token without a user counts by itself, whatever users it is used for", async () => {
    const token = await tokenFor({ jti: `back end ${++count}` });
    const path = (user: string) => `/live/assistant/${user}/s/v1alpha/auth_tokens`;
    expect((await mint(token, path("ann"))).status).toBe(200);
    expect((await mint(token, path("bob"))).status).toBe(429);
    expect((await mint(await tokenFor({ jti: "another" }), path("bob"))).status).toBe(200);
  });
});

it("[LIMIT20] a directory that does not answer keeps no conversation from beginning", async () => {
  const { object, models } = newConversation();
  // RPC calls the methods of a prototype alone.
  const broken = vi.spyOn(Directory.prototype, "admitConversation").mockImplementation(() => {
    throw new Error("out of order");
  });
  onTestFinished(() => broken.mockRestore());
  const { client } = await connectNative(pathOf(object), stranger);
  await client.hello();
  await models.connection(0);
  expect(broken).toHaveBeenCalledOnce();
});
