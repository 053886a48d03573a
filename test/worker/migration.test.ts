import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { Conversation } from "../../src/conversation/conversation.ts";
import type { MigrationPart } from "../../src/conversation/migration.ts";
import { directoryOf } from "../../src/directory.ts";
import { migratedName, type ObjectNamespace } from "../../src/placement.ts";
import { scriptedPorts } from "../support/scripted.ts";
import { newConversation } from "./client.ts";
import { emulated } from "./emulated.ts";
import { loggedSummary, sessionStatus, stateOf, summarize } from "./fault-conversation.ts";
import { NativeClient, pathOf } from "./native.ts";
import { nativeConversation } from "./native-conversation.ts";
import { rest, sessionsPath } from "./rest.ts";
import { askSocket, tokenFor } from "./tokens.ts";
import { setUpstream, setClock, FakeUpstreams, delayImport } from "./upstreams.ts";

/** A conversation whose migration target waits with every import until `open` is called. */
async function migratingConversation() {
  const conversation = newConversation();
  const { clock } = scriptedPorts();
  setClock(conversation.object, clock);
  const elsewhere = migratedName(conversation.object) ?? "";
  setUpstream(elsewhere, new FakeUpstreams().answer);
  const chunks: MigrationPart[] = [];
  const opened = { yes: false };
  delayImport(elsewhere, async (chunk) => {
    chunks.push(chunk);
    while (!opened.yes) await scheduler.wait(1);
  });
  const ann = await conversation.join();
  const model = await conversation.models.connection(0);
  await model.until(({ received }) => received.length > 0);
  await model.send({ setupComplete: {} });
  const [app = "", user = "", session = ""] = JSON.parse(conversation.object) as string[];
  const files = `${sessionsPath(user, app)}/${session}/artifacts`;
  return {
    ...conversation,
    ann,
    model,
    clock,
    files,
    chunks,
    open: () => void (opened.yes = true),
  };
}

const partsOf = (object: string) => JSON.parse(object) as [string, string, string];

const location = "User location is not supported for the API use.";

describe("[HOME3] a conversation migrates once", () => {
  it("closes with 1012; the same address finds log, state and files, and the conversation continues", async () => {
    const { object, join, models } = newConversation();
    const elsewhere = migratedName(object) ?? "";
    const there = new FakeUpstreams();
    setUpstream(elsewhere, there.answer);
    const ann = await join();
    const model = await models.connection(0);
    await model.until(({ received }) => received.length > 0);
    await model.send({ setupComplete: {} });
    ann.send({ type: "state", delta: { colour: "blue" } });
    const [app = "", user = "", session = ""] = JSON.parse(object) as string[];
    const files = `${sessionsPath(user, app)}/${session}/artifacts`;
    await rest("POST", files, { filename: "note", artifact: { text: "blue" } });
    ann.send({ type: "text", text: "One?" });
    await model.until(({ received }) => received.length > 1);
    await model.close(1007, location);
    expect(await ann.untilClosed()).toMatchObject({ code: 1012 });
    expect(summarize(ann.events)).not.toContain("LOCATION_REFUSED");
    expect(await loggedSummary(object)).toContain("typed: One?");
    expect(await stateOf(object)).toMatchObject({ colour: "blue" });
    expect((await rest("GET", `${files}/note`)).body).toEqual({ text: "blue" });

    const again = await join();
    const next = await there.connection(0);
    await next.until(({ received }) => received.length > 0);
    await next.send({ setupComplete: {} });
    await next.until(({ received }) => JSON.stringify(received).includes("One?"));
    await next.send({ serverContent: { outputTranscription: { text: "One." } } });
    await next.send({ serverContent: { turnComplete: true } });
    await again.next((event) => event.turnComplete === true);
    expect(await loggedSummary(object)).toEqual(["typed: One?", "agent: One.", "complete"]);
  });

  it("takes along changes made during the migration: messages, state, files and deletions", async () => {
    const { object, ann, model, files, open, chunks } = await migratingConversation();
    await rest("POST", files, { filename: "old", artifact: { text: "red" } });
    ann.send({ type: "state", delta: { colour: "blue", gone: 1 } });
    await ann.next(({ actions }) => actions?.stateDelta?.["gone"] === 1);
    await model.close(1007, location);
    while (chunks.length < 1) await scheduler.wait(1);
    ann.send({ type: "state", delta: { colour: "green", gone: null, "user:name": "Ann" } });
    await ann.next(({ actions }) => actions?.stateDelta?.["colour"] === "green");
    await rest("POST", files, { filename: "note", artifact: { text: "late" } });
    await rest("DELETE", `${files}/old`);
    open();
    expect(await ann.untilClosed()).toMatchObject({ code: 1012 });
    const [app = "", user = "", session = ""] = JSON.parse(object) as string[];
    const { body } = await rest("GET", `${sessionsPath(user, app)}/${session}`);
    expect(body.state).toMatchObject({ colour: "green", "user:name": "Ann" });
    expect(body.state).not.toHaveProperty("gone");
    expect(body.events.map(({ actions }) => actions.stateDelta)).toEqual([
      { colour: "blue", gone: 1 },
      { colour: "green", gone: null, "user:name": "Ann" },
    ]);
    expect((await rest("GET", files)).body).toEqual(["note"]);
  });

  it("takes along an operator's mutes and removals", async () => {
    const { object, models } = newConversation();
    setUpstream(migratedName(object) ?? "", new FakeUpstreams().answer);
    const joinAs = async (claims: object) => {
      const headers = { "Sec-WebSocket-Protocol": "parley.v1" };
      const token = await tokenFor(claims);
      return new NativeClient(await askSocket(pathOf(object), { token, headers }));
    };
    const boss = await joinAs({ role: "operator" });
    await boss.hello();
    const bob = await joinAs({ sub: "bob", user: partsOf(object)[1] });
    const eve = await joinAs({ sub: "eve", user: partsOf(object)[1] });
    const [removed, muted] = [await bob.hello(), await eve.hello()];
    boss.send({ type: "remove", who: removed.you });
    boss.send({ type: "mute", on: true, who: muted.you });
    await boss.next("presence", ({ change }) => change === "muted");
    await (await models.connection(0)).close(1007, location);
    expect(await boss.untilClosed()).toMatchObject({ code: 1012 });
    const again = await joinAs({ sub: "bob", user: partsOf(object)[1] });
    expect(await again.next("error")).toMatchObject({ code: "REMOVED" });
    const other = await joinAs({ sub: "eve", user: partsOf(object)[1] });
    const { you, participants } = await other.hello();
    expect(participants.find(({ id }) => id === you)?.muted).toBe("operator");
  });

  it("takes along a telephone call that is connected to another telephone", async () => {
    const { object, ann, model, open } = await migratingConversation();
    const call = { call: { until: 0 }, "call dial": { to: "+1" }, "call note": "Busy." };
    await runInDurableObject(env.CONVERSATION.getByName(object), (_, { storage }) => {
      for (const [key, value] of Object.entries(call)) storage.kv.put(key, value);
    });
    open();
    await model.close(1007, location);
    expect(await ann.untilClosed()).toMatchObject({ code: 1012 });
    const there = env.CONVERSATION.getByName(migratedName(object) ?? "");
    const taken = await runInDurableObject(there, (_, { storage }) =>
      Object.keys(call).map((key) => storage.kv.get(key)),
    );
    expect(taken).toEqual(Object.values(call));
  });

  it("does not migrate if it is deleted meanwhile", async () => {
    const { object, ann, model, open, chunks } = await migratingConversation();
    const deletions = vi.spyOn(Conversation.prototype, "delete");
    await model.close(1007, location);
    while (chunks.length < 1) await scheduler.wait(1);
    await env.CONVERSATION.getByName(object).delete();
    await ann.untilClosed();
    open();
    while (deletions.mock.results.length < 2) await scheduler.wait(1);
    deletions.mockRestore();
    const there = env.CONVERSATION.getByName(migratedName(object) ?? "");
    expect(await there.describe()).toBeUndefined();
    expect(await sessionStatus(object)).toBe(404);
  });

  it("does not bring its history to a conversation that was begun again", async () => {
    const { object, ann, model, open, chunks, join } = await migratingConversation();
    ann.send({ type: "state", delta: { colour: "blue" } });
    await ann.next(({ actions }) => actions?.stateDelta?.["colour"] === "blue");
    await model.close(1007, location);
    while (chunks.length < 1) await scheduler.wait(1);
    await env.CONVERSATION.getByName(object).delete();
    const again = await join();
    again.send({ type: "state", delta: { size: 1 } });
    await again.next(({ actions }) => actions?.stateDelta?.["size"] === 1);
    open();
    expect(await again.untilClosed()).toMatchObject({ code: 1012 });
    expect(await stateOf(object)).toMatchObject({ size: 1 });
    expect(await stateOf(object)).not.toHaveProperty("colour");
  });

  it("does not start again when another refusal arrives meanwhile", async () => {
    const { object, ann, model, models, clock, open, chunks } = await migratingConversation();
    const pass = (ms: number) =>
      runInDurableObject(env.CONVERSATION.getByName(object), () => clock.advance(ms));
    await model.close(1007, location);
    while (chunks.length < 1) await scheduler.wait(1);
    await pass(60_000);
    ann.send({ type: "text", text: "Anyone?" });
    const second = await models.connection(1);
    await second.close(1007, location);
    await pass(60_000);
    open();
    await ann.untilClosed();
    expect(chunks.map(({ first }) => first)).toEqual(chunks.map((_, at) => at === 0));
    expect(summarize(ann.events)).not.toContain("LOCATION_REFUSED");
    expect(await loggedSummary(object)).toContain("typed: Anyone?");
  });

  it("tells its native clients to reconnect, but not a client that was refused", async () => {
    const { object, model, ann } = await nativeConversation();
    setUpstream(migratedName(object) ?? "", new FakeUpstreams().answer);
    await model.close(1007, location);
    expect(await ann.next("goAway")).toMatchObject({ code: 1012, again: true });
  });

  it("reports when the other location is not served either", async () => {
    const { object, join } = newConversation();
    const refusing = { faults: [{ when: {}, what: { close: { code: 1007, reason: location } } }] };
    emulated(object, refusing);
    emulated(migratedName(object) ?? "", refusing);
    const ann = await join();
    await ann.untilClosed();
    const again = await join();
    const refused = await again.next((event) => event.errorCode !== undefined);
    expect(refused.errorCode).toBe("LOCATION_REFUSED");
    expect(again.closed).toBeUndefined();
  });
});

describe("[HOME1] all objects, the directory's too, stay in JURISDICTION", () => {
  it("requests the directory within it", () => {
    const homes = (where: string): ObjectNamespace<string> => ({
      getByName: (name) => `${name} in ${where}`,
      jurisdiction: homes,
    });
    const DIRECTORY = homes("the world") as unknown as Env["DIRECTORY"];
    const within = { DIRECTORY, JURISDICTION: "eu" };
    expect(directoryOf(within, "assistant", "ann")).toBe('["assistant","ann"] in eu');
    expect(directoryOf({ DIRECTORY }, "assistant", "ann")).toContain("the world");
  });
});
