import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import type { Directory } from "../../src/directory.ts";
import {
  connectLive,
  method as liveMethod,
  model as liveModel,
  setupComplete,
} from "./live-client.ts";
import { connectNative } from "./native.ts";
import { requestTwiml } from "./phone.ts";
import { rest, sessionsPath, stubOf } from "./rest.ts";
import { ask, secret, tokenFor } from "./tokens.ts";
import { FakeUpstreams, setClock, setRetention, setUpstream } from "./upstreams.ts";

const directoryOf = (user: string) => env.DIRECTORY.getByName(JSON.stringify(["assistant", user]));

const inDirectory = <T>(user: string, work: (directory: Directory) => T): Promise<T> =>
  runInDurableObject(directoryOf(user), work);

const entry = (session: string, created: number) => ({
  session,
  created,
  updated: created,
  agent: "assistant",
  title: "",
  turns: 0,
  state: {},
});

const fillDirectory = (user: string, count: number) =>
  inDirectory(user, (directory) => {
    for (let at = 0; at < count; at++) directory.note({ entry: entry(`s${at}`, 1_000 + at) });
  });

const file = { filename: "user:note.txt", artifact: { text: "private" } };
const userPath = (user: string) => `/apps/assistant/users/${user}`;

describe("[SESS20] a user's list has pages", () => {
  it("the headers tell of more, and lead to all of it", async () => {
    await fillDirectory("pat", 7);
    const seen: string[] = [];
    let query = "?limit=3";
    for (let page = 0; page < 3; page++) {
      const response = await ask(`${sessionsPath("pat")}${query}`, { token: await tokenFor() });
      expect(response.headers.get("x-total-count")).toBe("7");
      seen.push(...(await response.json<{ id: string }[]>()).map(({ id }) => id));
      const next = response.headers.get("x-next-page-token");
      expect(next === null).toBe(page === 2);
      query = `?limit=3&page_token=${next}`;
    }
    expect(seen).toEqual(["s4", "s5", "s6", "s1", "s2", "s3", "s0"]);
  });

  it.each(["?limit=0", "?limit=1001", "?limit=x", "?page_token=x"])("refuses %s", async (query) => {
    expect((await rest("GET", sessionsPath("pat") + query)).status).toBe(400);
  });
});

describe("[SESS21] a user may be deleted wholly", () => {
  it("clients are told; sessions, state, files and tokens are gone; again it is harmless", async () => {
    const user = "zoe";
    setUpstream(JSON.stringify(["assistant", user, "one"]), new FakeUpstreams().answer);
    const state = { "user:name": "Zoe" };
    await rest("POST", sessionsPath(user), { sessionId: "one", state });
    await rest("POST", sessionsPath(user), { sessionId: "two" });
    await rest("POST", `${sessionsPath(user)}/one/artifacts`, file);
    const minted = await ask(`/live/assistant/${user}/one/v1beta/auth_tokens`, {
      method: "POST",
      token: await tokenFor({ role: "operator" }),
      body: {},
    });
    expect(minted.status).toBe(200);
    const { client } = await connectNative(`/ws/${user}/one`);
    await client.hello();
    const done = await rest("DELETE", userPath(user));
    expect(done).toEqual({
      status: 200,
      body: { sessions: 2, files: 1, stateKeys: 1, ephemeralTokens: 1, pendingSessions: 0 },
    });
    expect(await client.untilClosed()).toMatchObject({ code: 1000 });
    expect((await rest("GET", `${sessionsPath(user)}/one`)).status).toBe(404);
    expect((await rest("GET", sessionsPath(user))).body).toEqual([]);
    // A client that leaves afterwards stores the number of its epoch again.
    const kept = await runInDurableObject(stubOf("one", user), (_, { storage }) =>
      [...storage.kv.list()].map(([key]) => key).filter((key) => !key.endsWith("epoch")),
    );
    expect(kept).toEqual([]);
    await rest("POST", sessionsPath(user), { sessionId: "new" });
    const { body } = await rest("GET", `${sessionsPath(user)}/new`);
    expect(body.state).toEqual({});
    const { body: names } = await rest("GET", `${sessionsPath(user)}/new/artifacts`);
    expect(names).toEqual([]);
    await rest("DELETE", `${sessionsPath(user)}/new`);
    expect((await rest("DELETE", userPath(user))).body).toMatchObject({ sessions: 0, files: 0 });
  });

  it("its ephemeral tokens open nothing afterwards, those of no certain agent neither", async () => {
    const user = "zita";
    const models = new FakeUpstreams();
    setUpstream(JSON.stringify(["assistant", user, "one"]), models.answer);
    const mint = async (path: string, claims: object) => {
      const token = await tokenFor(claims);
      const request = { method: "POST", token, body: { uses: 0 } };
      const response = await ask(`${path}/v1beta/auth_tokens`, request);
      return (await response.json<{ name: string }>()).name;
    };
    const names = [
      await mint(`/live/assistant/${user}/one`, { role: "operator" }),
      await mint("", { user, session: "one" }),
    ];
    const join = async (name: string) => {
      const path = `/live/assistant/${user}/one/${liveMethod}?access_token=${name}`;
      const client = await connectLive(path, {}, secret);
      client.send({ setup: { model: liveModel } });
      return client;
    };
    const clients = await Promise.all(names.map(join));
    while (!models.all[0]?.received[0]) await scheduler.wait(1);
    await models.all[0].send({ setupComplete: {} });
    for (const client of clients) await client.next(setupComplete);
    expect((await rest("DELETE", userPath(user))).body).toMatchObject({ ephemeralTokens: 2 });
    for (const name of names) {
      const client = await join(name);
      expect((await client.untilClosed()).reason).toContain("not valid");
    }
  });

  it("a conversation that has migrated is deleted where it is now", async () => {
    await rest("POST", sessionsPath("mia"), { sessionId: "here" });
    const there = env.CONVERSATION.getByName(JSON.stringify(["assistant", "mia", "here", "moved"]));
    await runInDurableObject(there, (_, { storage }) => storage.kv.put("born", 1));
    await runInDurableObject(stubOf("here", "mia"), (_, { storage, id }) =>
      storage.kv.put("moved", JSON.stringify([...JSON.parse(id.name ?? "[]"), "moved"])),
    );
    expect((await rest("DELETE", userPath("mia"))).body).toMatchObject({ sessions: 1 });
    const kept = await runInDurableObject(there, (_, { storage }) => [...storage.kv.list()]);
    expect(kept).toEqual([]);
  });

  it("of many sessions the alarm deletes the rest", { timeout: 30_000 }, async () => {
    await fillDirectory("max", 40);
    const { status, body } = await rest("DELETE", userPath("max"));
    expect({ status, body }).toMatchObject({
      status: 202,
      body: { sessions: 25, pendingSessions: 15 },
    });
    await runDurableObjectAlarm(directoryOf("max"));
    expect((await rest("GET", sessionsPath("max"))).body).toEqual([]);
  });

  it("a session that reaches the list only afterwards is deleted, too, and its state dropped", async () => {
    await rest("DELETE", userPath("kim"));
    const state = { "user:name": "Kim" };
    const left = (directory: Directory) => [directory.list().total, directory.state()];
    await runInDurableObject(directoryOf("kim"), async (directory: Directory, { storage }) => {
      directory.note({ entry: entry("late", 1_000), state });
      directory.note({ state, created: 1_000 });
      expect(left(directory)).toEqual([1, {}]);
      expect(await storage.getAlarm()).toBeLessThan(Date.now() + 60_000);
    });
    await runDurableObjectAlarm(directoryOf("kim"));
    expect(await inDirectory("kim", left)).toEqual([0, {}]);
  });

  it("not the clients without a name, and not by a token without the right", async () => {
    expect((await rest("DELETE", userPath("anonymous"))).status).toBe(400);
    const status = async (claims: object) =>
      (await ask(userPath("lee"), { method: "DELETE", token: await tokenFor(claims) })).status;
    expect(await status({ role: "operator", user: "lee" })).toBe(200);
    for (const claims of [
      {},
      { role: "speaker" },
      { role: "operator", user: "ann" },
      { role: "operator", user: "lee", session: "one" },
      { role: "operator", app: "dice" },
    ])
      expect([401, 403]).toContain(await status(claims));
  });
});

describe("[LIFE5] with KEEP_DAYS, state and files of a user without sessions are deleted", () => {
  it("when the time is up", async () => {
    const user = "uma";
    // With none, the alarms would ring by themselves before the file is saved.
    const retention = 60 * 60_000;
    setRetention(JSON.stringify(["assistant", user, "one"]), { end: undefined, retention });
    const state = { "user:name": "Uma" };
    await rest("POST", sessionsPath(user), { sessionId: "one", state });
    await rest("POST", `${sessionsPath(user)}/one/artifacts`, file);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + retention + 1 });
    onTestFinished(() => void vi.useRealTimers());
    await runDurableObjectAlarm(stubOf("one", user));
    expect((await rest("GET", `${sessionsPath(user)}/one`)).status).toBe(404);
    vi.setSystemTime(Date.now() + retention + 1);
    await runDurableObjectAlarm(directoryOf(user));
    const kept = await runInDurableObject(directoryOf(user), (_, { storage }) => [
      ...storage.kv.list(),
    ]);
    expect(kept).toEqual([]);
  });

  it("when a client has deleted its last session, but neither earlier nor with another session", async () => {
    const user = "vera";
    const made = async (sessionId: string, filename: string) => {
      await rest("POST", sessionsPath(user), { sessionId, state: { "user:name": "Vera" } });
      await rest("POST", `${sessionsPath(user)}/${sessionId}/artifacts`, { ...file, filename });
    };
    const kept = () =>
      inDirectory(user, async (directory) => [directory.state(), directory.artifacts().names()]);
    const remove = async (sessionId: string) =>
      ask(`${sessionsPath(user)}/${sessionId}`, {
        method: "DELETE",
        token: await tokenFor({ role: "operator" }),
        settings: { KEEP_DAYS: "1" },
      });
    const all = [{ "user:name": "Vera" }, ["user:note.txt"]];
    await made("one", file.filename);
    await made("two", file.filename);
    await remove("one");
    expect(await runDurableObjectAlarm(directoryOf(user))).toBe(false);
    await remove("two");
    await runDurableObjectAlarm(directoryOf(user));
    expect(await kept()).toEqual(all);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 25 * 60 * 60_000 });
    onTestFinished(() => void vi.useRealTimers());
    await made("three", file.filename);
    await runDurableObjectAlarm(directoryOf(user));
    expect(await kept()).toEqual(all);
    await remove("three");
    vi.setSystemTime(Date.now() + 25 * 60 * 60_000);
    await runDurableObjectAlarm(directoryOf(user));
    expect(await kept()).toEqual([{}, []]);
  });
});

describe("[LIFE6] a call whose media stream never comes leaves nothing behind", () => {
  it("when its time is up", async () => {
    let now = Date.now();
    const caller = "+14155550177";
    const object = JSON.stringify(["assistant", caller, "CAlate"]);
    setClock(object, { now: () => now, after: () => ({ cancel: () => undefined }) });
    const { status } = await requestTwiml({ CallSid: "CAlate", From: caller });
    expect(status).toBe(200);
    const keys = () =>
      runInDurableObject(env.CONVERSATION.getByName(object), (_, { storage }) =>
        [...storage.kv.list()].map(([key]) => key),
      );
    expect(await keys()).toContain("call");
    now += 61_000;
    await runDurableObjectAlarm(env.CONVERSATION.getByName(object));
    expect(await keys()).toEqual([]);
  });
});
