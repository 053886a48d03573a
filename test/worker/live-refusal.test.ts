import { env } from "cloudflare:workers";
import { runInDurableObject } from "cloudflare:test";
import { describe, expect, it } from "vitest";
import { agent, type Agent } from "../../src/agent/agent.ts";
import {
  model,
  scriptedLive,
  setupComplete,
  type LiveClient,
  type Message,
} from "./live-client.ts";
import { connectNative, pathOf } from "./native.ts";
import type { FakeUpstreams } from "./upstreams.ts";

const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await scheduler.wait(1);
};

const warm = { setup: { model, generationConfig: { temperature: 1 } } };
const refusal = "Invalid value at 'setup.generation_config'";

/** The setup of the nth session, counted from 0. */
async function setupOf(models: FakeUpstreams, nth: number): Promise<Message> {
  await until(() => models.all[nth]?.received.length === 1);
  const [first] = (models.all[nth]?.received ?? []) as Message[];
  return first?.["setup"] as Message;
}

async function becomesReady(client: LiveClient, models: FakeUpstreams, nth: number): Promise<void> {
  await setupOf(models, nth);
  await models.all[nth]?.send({ setupComplete: {} });
  await client.next(setupComplete);
}

/** Throws once, after it was armed. */
function trap() {
  let armed = false;
  return {
    arm: () => void (armed = true),
    spring: () => {
      const throws = armed;
      armed = false;
      if (throws) throw new TypeError("trapped");
    },
  };
}

describe("[LIVE28] a setup that makes the relay fail is refused to its own client alone", () => {
  it("while the agent is derived from it", async () => {
    const { arm, spring } = trap();
    const ada = agent({ name: "ada", model: "gemini-3.8-live" });
    const trapped = Object.defineProperty({ ...ada }, "runConfig", {
      enumerable: true,
      get: () => {
        spring();
        return ada.runConfig;
      },
    }) as Agent;
    const { connect, models, object } = scriptedLive(trapped);
    const lia = await connect();
    arm();
    lia.send({ setup: { model } });
    expect(await lia.untilClosed()).toEqual({
      code: 1007,
      reason: expect.stringContaining("cannot use this setup"),
    });
    const bob = await connect();
    bob.send(warm);
    expect((await setupOf(models, 0))["generationConfig"].temperature).toBe(1);
    await becomesReady(bob, models, 0);
    const { client: nat } = await connectNative(pathOf(object));
    expect((await nat.hello()).participants).toHaveLength(2);
    expect(models.all).toHaveLength(1);
  });

  it("while the message for the model is built", async () => {
    const { arm, spring } = trap();
    const instruction = () => {
      spring();
      return "Be brief.";
    };
    const { connect, models, object } = scriptedLive(
      agent({ name: "ada", model: "gemini-3.8-live", instruction }),
    );
    const lia = await connect();
    arm();
    lia.send({ setup: { model } });
    expect(await lia.untilClosed()).toEqual({
      code: 1007,
      reason: expect.stringContaining("could not build the setup"),
    });
    const bob = await connect();
    bob.send(warm);
    await becomesReady(bob, models, 1);
    const { client: nat } = await connectNative(pathOf(object));
    await nat.hello();
    expect(models.all).toHaveLength(2);
  });

  it("while it is stored", async () => {
    const { connect, models, object } = scriptedLive();
    const lia = await connect();
    await runInDurableObject(env.CONVERSATION.getByName(object), (_, { storage: { kv } }) => {
      const { arm, spring } = trap();
      arm();
      const put = kv.put.bind(kv);
      const value: typeof put = (key, stored) => {
        if (key === "guest setup") spring();
        put(key, stored);
      };
      Object.defineProperty(kv, "put", { configurable: true, value });
    });
    lia.send({ setup: { model } });
    await setupOf(models, 0);
    await models.all[0]?.send({ setupComplete: {} });
    expect(await lia.untilClosed()).toMatchObject({ code: 1007 });
    const bob = await connect();
    bob.send(warm);
    await becomesReady(bob, models, 1);
  });
});

describe("[LIVE29] after a refused setup the relay connects at once for all other clients", () => {
  it("for one of another protocol that was there, without an error and with what it typed", async () => {
    const { connect, models, object } = scriptedLive();
    const lia = await connect();
    lia.send(warm);
    await setupOf(models, 0);
    const { client: nat } = await connectNative(pathOf(object));
    await nat.hello();
    nat.send({ type: "text", text: "Who is there?" });
    await nat.event(({ author }) => author === "user");
    await models.all[0]?.close(1007, refusal);
    expect(await lia.untilClosed()).toEqual({ code: 1007, reason: refusal });
    expect((await setupOf(models, 1))["generationConfig"].temperature).toBeUndefined();
    await models.all[1]?.send({ setupComplete: {} });
    await until(() => JSON.stringify(models.all[1]?.received).includes("Who is there?"));
    expect(nat.of("error")).toEqual([]);
    expect(nat.of("event").filter(({ event }) => event.errorCode)).toEqual([]);
  });

  it.each(["1007", "1008", "1011"])(
    "for one that comes within the next seconds, after the code %s",
    async (code) => {
      const { connect, models, object } = scriptedLive();
      const lia = await connect();
      lia.send(warm);
      await setupOf(models, 0);
      await models.all[0]?.close(Number(code), refusal);
      expect((await lia.untilClosed()).reason).toBe(refusal);
      const { client: nat } = await connectNative(pathOf(object));
      await nat.hello();
      await setupOf(models, 1);
      const bob = await connect();
      bob.send({ setup: { model } });
      await becomesReady(bob, models, 1);
      expect(nat.of("error")).toEqual([]);
    },
  );

  it("for a Live API client that waits with another setup, which is tried", async () => {
    const { connect, models } = scriptedLive();
    const [lia, eve, bob] = [await connect(), await connect(), await connect()];
    lia.send(warm);
    await setupOf(models, 0);
    eve.send(warm);
    bob.send({ setup: { model, systemInstruction: { parts: [{ text: "Be Bob." }] } } });
    // The relay has read both once it has refused a second setup behind them.
    const last = await connect();
    for (let at = 0; at < 2; at++) last.send({ setup: { model } });
    await last.untilClosed();
    await models.all[0]?.close(1007, refusal);
    for (const client of [lia, eve])
      expect(await client.untilClosed()).toEqual({ code: 1007, reason: refusal });
    expect(JSON.stringify(await setupOf(models, 1))).toContain("Be Bob.");
    await becomesReady(bob, models, 1);
  });

  it("for a Live API client that may speak, if an older one only listens", async () => {
    const { connect, models } = scriptedLive();
    const [lia, eve, bob] = [await connect(), await connect("?role=listener"), await connect()];
    lia.send(warm);
    await setupOf(models, 0);
    eve.send({ setup: { model } });
    bob.send({ setup: { model, systemInstruction: { parts: [{ text: "Be Bob." }] } } });
    const last = await connect();
    for (let at = 0; at < 2; at++) last.send({ setup: { model } });
    await last.untilClosed();
    await models.all[0]?.close(1007, refusal);
    expect(await lia.untilClosed()).toEqual({ code: 1007, reason: refusal });
    expect(JSON.stringify(await setupOf(models, 1))).toContain("Be Bob.");
    await becomesReady(bob, models, 1);
    await eve.next(setupComplete);
  });

  it("[TALK14] clients that only listen wait for no session, and start none", async () => {
    const { connect, models } = scriptedLive();
    const [lia, eve] = [await connect(), await connect("?role=listener")];
    lia.send(warm);
    await setupOf(models, 0);
    eve.send({ setup: { model } });
    const last = await connect("?role=listener");
    for (let at = 0; at < 2; at++) last.send({ setup: { model } });
    await last.untilClosed();
    expect(eve.messages).toEqual([]);
    await models.all[0]?.close(1007, refusal);
    expect(await lia.untilClosed()).toEqual({ code: 1007, reason: refusal });
    await eve.next(setupComplete);
    expect(models.all).toHaveLength(1);
  });
});
