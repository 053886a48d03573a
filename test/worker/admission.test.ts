/** Conversations that share the sessions of the model's service, through the object that counts them. */
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { leaseMs, type Capacity } from "../../src/core/policy/admission-queue.ts";
import { admitterOf, SessionAdmission } from "../../src/session-admission.ts";
import { scriptedPorts } from "../support/scripted.ts";
import { newConversation } from "./client.ts";
import { connectLive, method, model as liveModel, setupComplete } from "./live-client.ts";
import { connectNative, pathOf, type NativeClient } from "./native.ts";
import { newCaller, openStream } from "./phone.ts";
import { connectSse } from "./sse.ts";
import { FakeUpstreams, setAdmission, setClock, setUpstream } from "./upstreams.ts";

const admission = () => env.ADMISSION.getByName("0");

/** All conversations share one object: each test begins with an empty one. */
beforeEach(async () => {
  await runInDurableObject(admission(), (_, { storage }) => storage.deleteAll());
  await evictDurableObject(admission());
});

/** A conversation with a clock of its own. @param sessions how many the service permits. */
function counted(sessions: number, conversation = newConversation()) {
  const { object, models } = conversation;
  const { clock } = scriptedPorts();
  setAdmission(object, { sessions, shards: 1 });
  setClock(object, clock);
  return {
    ...conversation,
    clock,
    pass: (ms: number) =>
      runInDurableObject(env.CONVERSATION.getByName(object), () => clock.advance(ms)),
    joinNative: async () => {
      const { client } = await connectNative(`${pathOf(object)}&role=operator`);
      await client.hello({ role: "operator" });
      return client;
    },
    ready: async (nth = 0) => {
      const model = await models.connection(nth);
      await model.until(({ received }) => received.length > 0);
      await model.send({ setupComplete: {} });
      return model;
    },
  };
}

const position = async (client: NativeClient, number: number) =>
  client.next("queue", (frame) => frame.position === number);

/** The conversation asks again until the condition holds. */
async function passUntil(pass: (ms: number) => Promise<void>, condition: () => boolean) {
  for (let each = 0; each < 100 && !condition(); each++) {
    await pass(1_000);
    await scheduler.wait(1);
  }
  expect(condition()).toBe(true);
}

describe("[ADMIT1] several objects share the sessions by conversation", () => {
  it("each has its part, and all parts together are the service's sessions", async () => {
    const parts = new Map<string, number>();
    const answer = { position: 0, waitMs: 0, againMs: 1 };
    const getByName = (name: string) => ({
      ask: (_: unknown, { sessions, perUser }: Capacity) => {
        parts.set(name, sessions);
        expect(perUser).toBe(2);
        return Promise.resolve(answer);
      },
    });
    for (let at = 0; at < 200; at++) {
      const id = `conversation ${at}`;
      const settings = {
        admission: { sessions: 50, shards: 7, perUser: 10 },
        jurisdiction: undefined,
      };
      const request = { id, user: "ann", resumes: false, since: 0 };
      await admitterOf({ ADMISSION: { getByName } }, settings, id)?.ask(request);
    }
    expect([...parts.values()].toSorted((a, b) => a - b)).toEqual([7, 7, 7, 7, 7, 7, 8]);
  });
});

describe("[ADMIT6] a conversation above the service's sessions queues, and its clients are told", () => {
  it("position and estimate, and when it is its turn; what was typed meanwhile reaches the model", async () => {
    const [first, second, third] = [counted(1), counted(1), counted(1)];
    const ann = await first.joinNative();
    const bob = await second.joinNative();
    expect(await position(bob, 1)).toMatchObject({
      waitS: 180,
      message: expect.stringMatching(/number 1 in the queue.*about 180 s.*is kept/),
    });
    const cem = await third.joinNative();
    expect(await position(cem, 2)).toMatchObject({ waitS: 360 });
    bob.send({ type: "text", text: "Still there?" });
    await bob.event(({ author }) => author === "user");
    expect([second.models.all, third.models.all]).toEqual([[], []]);

    ann.send({ type: "end" });
    await ann.untilClosed();
    await passUntil(second.pass, () => second.models.all.length > 0);
    await position(bob, 0);
    const model = await second.ready();
    await model.until(({ received }) => JSON.stringify(received).includes("Still there?"));
    await passUntil(third.pass, () => third.models.all.length === 0 && cem.of("queue").length > 1);
    await position(cem, 1);
  });

  it("in the form of each protocol; a Live API client gets setupComplete when the session is there", async () => {
    const first = counted(1);
    await first.joinNative();
    await first.ready();
    const second = counted(1);
    const [app, user, session] = JSON.parse(second.object) as [string, string, string];
    const place = { position: 1, waitS: 180 };
    const adk = await second.join();
    expect(await adk.next(({ customMetadata }) => customMetadata !== undefined)).toMatchObject({
      author: "parley",
      customMetadata: { queue: place },
    });
    const sse = await connectSse(`/events/${user}/${session}`);
    await sse.next(({ data }) => JSON.stringify(data).includes('"queue":{"position":1'));
    const live = await connectLive(`/live/${app}/${user}/${session}/${method}`);
    live.send({ setup: { model: liveModel } });
    const [lease] = await runInDurableObject(admission(), (_, { storage }) => [
      ...storage.kv.list({ prefix: "lease " }),
    ]);
    expect(lease).toBeDefined();
    expect(live.messages).toEqual([]);
    await runInDurableObject(env.CONVERSATION.getByName(first.object), (object) => object.delete());
    await passUntil(second.pass, () => second.models.all.length > 0);
    await second.ready();
    await live.next(setupComplete);
    await sse.disconnect();
  });

  it("a caller, who hears nothing, waits 15 s at most", async () => {
    const first = counted(1);
    await first.joinNative();
    await first.ready();
    const caller = newCaller();
    const { clock } = scriptedPorts();
    setAdmission(caller.object, { sessions: 1, shards: 1 });
    setClock(caller.object, clock);
    const { phone } = await openStream(caller);
    const pass = (ms: number) =>
      runInDurableObject(env.CONVERSATION.getByName(caller.object), () => clock.advance(ms));
    for (let second = 0; second < 14; second++) await pass(1_000);
    expect(phone.closed).toBeUndefined();
    await passUntil(pass, () => phone.closed !== undefined);
    expect(caller.models.all).toEqual([]);
  });
});

describe("[ADMIT7] a lease is given back when the session parks or ends, and a dead conversation's within a minute", () => {
  it("after the last client has left", async () => {
    const [first, second] = [counted(1), counted(1)];
    const ann = await first.joinNative();
    const bob = await second.joinNative();
    await position(bob, 1);
    ann.close();
    await ann.untilClosed();
    await first.pass(10_000);
    await passUntil(second.pass, () => second.models.all.length > 0);
  });

  it("is renewed while the session is on, and lost with a conversation that stands still", async () => {
    onTestFinished(() => void vi.useRealTimers());
    const [first, second] = [counted(1), counted(1)];
    // Clients that need not acknowledge.
    await first.join();
    await first.ready();
    const bob = await second.join();
    await bob.next(({ customMetadata }) => customMetadata?.["queue"] !== undefined);
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
    // A session that is idle for a minute parks.
    for (let ms = 0; ms < leaseMs + 10_000; ms += 5_000) {
      vi.setSystemTime(Date.now() + 5_000);
      await first.pass(5_000);
      await second.pass(5_000);
    }
    expect(second.models.all).toEqual([]);
    // No timer of the first conversation rings any more.
    for (let ms = 0; ms < leaseMs; ms += 5_000) {
      vi.setSystemTime(Date.now() + 5_000);
      await second.pass(5_000);
    }
    await passUntil(second.pass, () => second.models.all.length > 0);
  });

  it("survives the restart of the object that counts", async () => {
    const [first, second] = [counted(1), counted(1)];
    await first.joinNative();
    await first.ready();
    await evictDurableObject(admission());
    const bob = await second.joinNative();
    await position(bob, 1);
    expect(second.models.all).toEqual([]);
  });
});

describe("[ADMIT8] admission costs nothing without the setting, and stops no conversation if its object fails", () => {
  it("no conversation asks without the setting", async () => {
    const ask = vi.spyOn(SessionAdmission.prototype, "ask");
    onTestFinished(() => ask.mockRestore());
    const { object, models } = newConversation();
    const { client } = await connectNative(pathOf(object));
    await client.hello();
    await models.connection(0);
    expect(ask).not.toHaveBeenCalled();
  });

  it("after three questions without an answer the conversation begins", async () => {
    const ask = vi.spyOn(SessionAdmission.prototype, "ask").mockImplementation(() => {
      throw new Error("broken");
    });
    onTestFinished(() => ask.mockRestore());
    const first = counted(1);
    await first.joinNative();
    await passUntil(first.pass, () => first.models.all.length > 0);
    expect(ask).toHaveBeenCalledTimes(3);
  });
});

it("[LIMIT35] conversations of the user of no person queue as those of different users", async () => {
  const anonymous = () => {
    const object = JSON.stringify(["assistant", "anonymous", crypto.randomUUID()]);
    const models = new FakeUpstreams();
    setUpstream(object, models.answer);
    return counted(1, { ...newConversation(), object, models });
  };
  const [first, second, named] = [anonymous(), anonymous(), counted(1)];
  await first.joinNative();
  await first.ready();
  await position(await second.joinNative(), 1);
  await position(await named.joinNative(), 2);
});
