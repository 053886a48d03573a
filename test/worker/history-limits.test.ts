/** What reading a history costs, over all connections and requests of a person. */
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { limits } from "../../src/core/policy/limits.ts";
import { HistoryReaders } from "../../src/access/rate-limit.ts";
import type { Conversation } from "../../src/conversation/conversation.ts";
import type { Directory } from "../../src/directory.ts";
import { ArtifactStore } from "../../src/store/artifacts.ts";
import { newConversation } from "./client.ts";
import { connectNative, pathOf } from "./native.ts";
import { rest, sessionsPath, stubOf } from "./rest.ts";
import { connectSse } from "./sse.ts";

/** Nothing is paid off with the time meanwhile. */
function stopClock(): void {
  vi.spyOn(Date, "now").mockReturnValue(Date.now());
  onTestFinished(() => void vi.restoreAllMocks());
}

const from = (address: string) => ({ "cf-connecting-ip": address });

/** An event of 100 KiB. */
const event = (at: number) => ({
  author: "user",
  content: { role: "user", parts: [{ text: `${at} ${"x".repeat(100 * 1024)}` }] },
});

/** A conversation whose history has 4 MiB. */
async function withHistory() {
  const { object } = newConversation();
  const [, user = "", session = ""] = JSON.parse(object) as string[];
  const events = Array.from({ length: 40 }, (_, at) => event(at));
  const body = { sessionId: session, events };
  expect((await rest("POST", sessionsPath(user), body)).status).toBe(200);
  return { object, user, session, path: `${sessionsPath(user)}/${session}` };
}

describe("[LIMIT27] history costs what it weighs, over all connections and requests of a person", () => {
  it("a session that is read again and again; then connections, and not another person's", async () => {
    const { object, user, session, path } = await withHistory();
    const address = from("203.0.113.60");
    let read = 0;
    let last = await rest("GET", path, undefined, address);
    for (; last.status === 200 && read < 20; read++)
      last = await rest("GET", path, undefined, address);
    expect(read).toBeGreaterThanOrEqual(7);
    expect(read).toBeLessThanOrEqual(10);
    expect(last).toMatchObject({
      status: 429,
      body: { detail: expect.stringMatching(/ in \d+ s\.$/) },
    });
    const refused = (await connectNative(pathOf(object), address)).client;
    expect(await refused.untilClosed()).toMatchObject({ code: 1013 });
    await expect(connectSse(`/events/${user}/${session}`, address)).rejects.toThrow("429");
    const other = from("203.0.113.61");
    expect((await rest("GET", path, undefined, other)).status).toBe(200);
    await (await connectNative(pathOf(object), other)).client.hello();
  });

  it("a parley.v1 client that connects again and again", async () => {
    const { object } = await withHistory();
    let refused = false;
    for (let at = 0; at < 60 && !refused; at++) {
      const { client } = await connectNative(pathOf(object), from("203.0.113.62"));
      client.send({ type: "hello" });
      const answered = client.next("hello").then(() => false);
      refused = await Promise.race([answered, client.untilClosed().then(() => true)]);
      client.close();
    }
    expect(refused).toBe(true);
  });

  it("a change of the state, whose answer is the whole session", async () => {
    const { path } = await withHistory();
    stopClock();
    const address = from("203.0.113.65");
    const change = (stateDelta: object) => rest("PATCH", path, { stateDelta }, address);
    let read = 0;
    let last = await change({});
    for (; last.status === 200 && read < 20; read++) last = await change({});
    expect(read).toBeGreaterThanOrEqual(7);
    expect(read).toBeLessThanOrEqual(10);
    expect((await change({ late: 1 })).status).toBe(429);
    const other = await rest("GET", path, undefined, from("203.0.113.66"));
    expect(other.body.state).not.toHaveProperty("late");
    const again = { sessionId: path.split("/").at(-1) };
    const list = path.slice(0, path.lastIndexOf("/"));
    expect((await rest("POST", list, again, address)).status).toBe(429);
  });

  it("the state of a session without events, and of a list without sessions", async () => {
    const user = "stateful";
    const book = "x".repeat(250_000);
    await runInDurableObject(stubOf("s", user), (conversation: Conversation) =>
      conversation.create({ book, more: book }, [], {}),
    );
    stopClock();
    const address = from("203.0.113.67");
    const read = async (path: string) => {
      for (let at = 0; at < 100; at++)
        if ((await rest("GET", path, undefined, address)).status === 429) return at;
      return Infinity;
    };
    const sessions = await read(`${sessionsPath(user)}/s`);
    expect(sessions).toBeGreaterThan(60);
    expect(sessions).toBeLessThan(80);
    await runInDurableObject(
      env.DIRECTORY.getByName(JSON.stringify(["assistant", "without"])),
      (directory: Directory) => directory.note({ state: { "user:a": book, "user:b": book } }),
    );
    const lists = await read(sessionsPath("without"));
    expect(lists).toBeGreaterThan(60);
    expect(lists).toBeLessThan(80);
  });

  it("the contents of an artifact", async () => {
    const { path } = await withHistory();
    const address = from("203.0.113.64");
    const upload = { filename: "a", artifact: { text: "a".repeat(5 * 1024 * 1024) } };
    expect((await rest("POST", `${path}/artifacts`, upload, address)).status).toBe(200);
    const load = () => rest("GET", `${path}/artifacts/a`, undefined, address);
    let read = 0;
    let last = await load();
    for (; last.status === 200 && read < 20; read++) last = await load();
    expect(read).toBeGreaterThanOrEqual(6);
    expect(read).toBeLessThanOrEqual(9);
    expect(last).toMatchObject({
      status: 429,
      body: { detail: expect.stringMatching(/ in \d+ s\.$/) },
    });
  });

  it("lists of artifacts", async () => {
    const { object, path } = await withHistory();
    await runInDurableObject(
      env.CONVERSATION.getByName(object),
      (conversation: Conversation, { storage }) => {
        const metadata = { m: "m".repeat(16_000) };
        conversation.artifacts().save("a", { mimeType: "", bytes: new Uint8Array() }, metadata);
        storage.sql
          .exec(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 499)
          INSERT INTO artifact SELECT 'a', i, '', 0, metadata FROM n, artifact`);
      },
    );
    const list = () =>
      rest("GET", `${path}/artifacts/a/versions/metadata`, undefined, from("203.0.113.63"));
    let read = 0;
    let last = await list();
    for (; last.status === 200 && read < 20; read++) last = await list();
    expect([read, last.status]).toEqual([5, 429]);
    const names = await rest("GET", `${path}/artifacts`, undefined, from("203.0.113.64"));
    expect(names).toMatchObject({ status: 200, body: expect.arrayContaining(["a"]) });
  });

  it("the metadata of one version, without that of the others", async () => {
    const { object, path } = await withHistory();
    const metadata = { m: "m".repeat(16_000) };
    const upload = { filename: "a", artifact: { text: "a" }, customMetadata: metadata };
    expect((await rest("POST", `${path}/artifacts`, upload)).status).toBe(200);
    stopClock();
    const all = vi.spyOn(ArtifactStore.prototype, "versions");
    const address = from("203.0.113.68");
    const read = (version: string) =>
      rest("GET", `${path}/artifacts/a/versions/${version}/metadata`, undefined, address);
    expect(await read("0")).toMatchObject({ status: 200, body: { customMetadata: metadata } });
    expect(await read("latest")).toMatchObject({ status: 200, body: { version: 0 } });
    expect(await read("1")).toMatchObject({ status: 404 });
    expect(all).not.toHaveBeenCalled();
    // All that is left, but for one answer.
    const left = limits.history.value * limits.history.burstS - 3.5 * 16_000;
    await runInDurableObject(env.CONVERSATION.getByName(object), (conversation: Conversation) =>
      conversation.chargeReading({ address: "203.0.113.68" }, left),
    );
    const statuses: number[] = [];
    for (let at = 0; at < 3; at++) statuses.push((await read("0")).status);
    expect(statuses).toEqual([200, 200, 429]);
  });

  it("what is owed is paid off with the time", () => {
    const readers = new HistoryReaders();
    const { value, burstS } = limits.history;
    const now = 1_800_000_000_000;
    readers.charge("ann", value * (burstS + 10), now);
    expect(readers.error("ann", now)).toMatchObject({ code: "RATE_LIMITED", retryAfterS: 10 });
    expect(readers.error("bob", now)).toBeUndefined();
    expect(readers.error("ann", now + 10_000)).toBeUndefined();
  });

  it("a list has no more entries than can be sent with the state that they share", async () => {
    const user = "rich";
    for (const sessionId of ["a", "b", "c"]) await rest("POST", sessionsPath(user), { sessionId });
    await runInDurableObject(
      env.DIRECTORY.getByName(JSON.stringify(["assistant", user])),
      (_, { storage }) => {
        storage.sql.exec(
          "INSERT INTO state VALUES ('user:book', ?)",
          JSON.stringify("x".repeat(1_900_000)),
        );
        for (let at = 0; at < 2; at++)
          storage.sql.exec(
            "INSERT INTO state VALUES (?, ?)",
            `user:book${at}`,
            JSON.stringify("x".repeat(1_900_000)),
          );
      },
    );
    const { status, body } = await rest("GET", sessionsPath(user));
    expect(status).toBe(200);
    expect(body).toHaveLength(1);
  });
});
