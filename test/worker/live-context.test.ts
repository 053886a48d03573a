import { describe, expect, it } from "vitest";
import { agent } from "../../src/agent/agent.ts";
import type { Hooks } from "../../src/agent/hooks.ts";
import { connectedLive, model, setupComplete, type Message } from "./live-client.ts";
import type { FakeUpstream } from "./model.ts";

const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await scheduler.wait(1);
};

const instruction = (text: string) => ({ systemInstruction: { parts: [{ text }] } });
const declaring = (...names: string[]) => [
  { functionDeclarations: names.map((name) => ({ name })) },
];
const updatesAt = ({ received }: FakeUpstream): object[] =>
  received.flatMap((message) => ("contextUpdate" in message ? [message.contextUpdate] : []));
const refusal = (message: Message): boolean => message["parley"]?.error !== undefined;
const setupOf = ({ received }: FakeUpstream): Message =>
  (received[0] as Message | undefined)?.["setup"] as Message;

describe("[LIVE32] a client whose setup began the conversation may change instruction and tools by contextUpdate", () => {
  it("the update reaches the model, with the named agent's part before it", async () => {
    const ada = agent({ name: "ada", model: "gemini-3.8-live", instruction: "You are Ada." });
    const { client, upstream } = await connectedLive(ada, instruction("Be brief."));
    client.send({ context_update: { system_instruction: { parts: [{ text: "Be long." }] } } });
    await until(() => updatesAt(upstream).length === 1);
    expect(updatesAt(upstream)).toEqual([
      { systemInstruction: { parts: [{ text: "You are Ada." }, { text: "Be long." }] } },
    ]);
    client.send({ contextUpdate: { tools: { tools: declaring("book") } } });
    await until(() => updatesAt(upstream).length === 2);
    expect(updatesAt(upstream)[1]).toEqual({ tools: { tools: declaring("book") } });
  });

  it("two updates at once both reach the model", async () => {
    const gate = Promise.withResolvers<undefined>();
    let begun = 0;
    // The first session begins at once, the agents of the updates together.
    const beforeAgent = () => (++begun === 1 ? undefined : gate.promise);
    const ada = agent({ name: "ada", model: "gemini-3.8-live", hooks: { beforeAgent } });
    const { client, upstream } = await connectedLive(ada, instruction("One."));
    client.send({ contextUpdate: instruction("Two.") });
    client.send({ contextUpdate: { tools: { tools: declaring("book") } } });
    await until(() => begun === 3);
    gate.resolve(undefined);
    await until(() => updatesAt(upstream).length > 0);
    expect(updatesAt(upstream)).toEqual([
      { ...instruction("Two."), tools: { tools: declaring("book") } },
    ]);
  });

  it.each([
    ["one after the other", [undefined, undefined]],
    ["of which the first is blocked", [{ block: "No." }, undefined]],
  ])("two updates that wait for a hook, %s, keep each other's fields", async (_, verdicts) => {
    const gates = verdicts.map(() => Promise.withResolvers<{ block: string } | undefined>());
    const asked: string[] = [];
    const beforeModel: Hooks["beforeModel"] = ({ text }) => {
      if (text === "look") return undefined;
      asked.push(text);
      return gates[text === "Two." ? 0 : 1]?.promise;
    };
    const ada = agent({ name: "ada", model: "gemini-3.8-live", hooks: { beforeModel } });
    const { client, upstream, models } = await connectedLive(ada, { tools: declaring("look") });
    await upstream.send({ sessionResumptionUpdate: { newHandle: "h1", resumable: true } });
    client.send({ contextUpdate: instruction("Two.") });
    client.send({ contextUpdate: { tools: { tools: declaring("book") } } });
    await until(() => asked.length === 2);
    for (const [at, verdict] of verdicts.entries()) gates[at]?.resolve(verdict);
    await until(() => JSON.stringify(updatesAt(upstream)).includes("book"));
    await upstream.close(1011, "Internal error encountered.");
    await until(() => models.all[1]?.received.length === 1);
    const setup = setupOf(await models.connection(1));
    expect(setup["tools"]).toEqual(declaring("book"));
    expect(JSON.stringify(setup).includes("Two.")).toBe(verdicts[0] === undefined);
  });

  it("a new function is called at the client, and an empty list takes all away", async () => {
    const { client, upstream } = await connectedLive(undefined, { tools: declaring("look") });
    client.send({ contextUpdate: { tools: { tools: declaring("book") } } });
    await until(() => updatesAt(upstream).length === 1);
    const functionCalls = [{ id: "c1", name: "book", args: {} }];
    await upstream.send({ toolCall: { functionCalls } });
    expect(await client.next(({ toolCall }) => toolCall)).toEqual({ toolCall: { functionCalls } });
    client.send({ contextUpdate: { tools: { tools: [] } } });
    await until(() => updatesAt(upstream).length === 2);
    expect(updatesAt(upstream)[1]).toEqual({ tools: { tools: [] } });
  });

  it("a call that runs is answered under its id", async () => {
    const { client, upstream } = await connectedLive(undefined, { tools: declaring("look") });
    await upstream.send({ toolCall: { functionCalls: [{ id: "c1", name: "look", args: {} }] } });
    await client.next(({ toolCall }) => toolCall);
    client.send({ contextUpdate: instruction("Hurry.") });
    const functionResponses = [{ id: "c1", name: "look", response: { seen: 1 } }];
    client.send({ toolResponse: { functionResponses } });
    await until(() => upstream.received.some((message) => "toolResponse" in message));
    expect(upstream.received.at(-1)).toEqual({ toolResponse: { functionResponses } });
  });

  it.each([
    ["a loss", 1011, "Internal error encountered."],
    [
      "a service that does not know the message",
      1007,
      'Invalid JSON payload received. Unknown name "context_update": Cannot find field.',
    ],
  ])("after %s the resumed session has it in its setup", async (_, code, reason) => {
    const { client, upstream, models } = await connectedLive(undefined, instruction("One."));
    const handle = { newHandle: "h1", resumable: true };
    await upstream.send({ sessionResumptionUpdate: handle });
    client.send({ contextUpdate: instruction("Two.") });
    await until(() => updatesAt(upstream).length === 1);
    await upstream.close(code, reason);
    await until(() => models.all[1]?.received.length === 1);
    const setup = setupOf(await models.connection(1));
    expect(setup["sessionResumption"]).toEqual({ handle: "h1" });
    expect(setup["systemInstruction"].parts.at(-1)).toEqual({ text: "Two." });
  });

  describe("an update that the service refuses in a setup is taken back, and the conversation goes on", () => {
    const unknownField = [1007, "Invalid JSON payload received. Unknown name: Cannot find field."];
    const invalid = [1007, "Request contains an invalid argument."];
    const handle = { newHandle: "h1", resumable: true };
    const lost = [1011, "Internal error encountered."] as const;
    type Close = [number, string];

    it.each([
      ["certainly", [unknownField]],
      ["or its handle, then the setup without it", [invalid, invalid]],
    ])("%s", async (_, closes) => {
      const { client, upstream, models } = await connectedLive(undefined, {
        ...instruction("One."),
        tools: declaring("look"),
      });
      await upstream.send({ sessionResumptionUpdate: handle });
      const update = { ...instruction("Two."), tools: { tools: declaring("book") } };
      client.send({ contextUpdate: update });
      await until(() => updatesAt(upstream).length === 1);
      await upstream.close(...lost);
      for (const [at, close] of closes.entries()) {
        const refusing = await models.connection(at + 1);
        await until(() => refusing.received.length === 1);
        expect(JSON.stringify(setupOf(refusing))).toContain("Two.");
        await refusing.close(...(close as Close));
      }
      const next = await models.connection(closes.length + 1);
      await until(() => next.received.length === 1);
      const setup = setupOf(next);
      expect(setup["systemInstruction"].parts.at(-1)).toEqual({ text: "One." });
      expect(setup["tools"]).toEqual(declaring("look"));
      expect(setup["sessionResumption"]).toEqual(closes.length === 1 ? { handle: "h1" } : {});
      expect((await client.next(refusal))["parley"].error).toMatchObject({
        code: "NOT_ALLOWED",
        message: expect.stringContaining("refused your contextUpdate"),
      });
      await next.send({ setupComplete: {} });
      await next.send({ toolCall: { functionCalls: [{ id: "c1", name: "look", args: {} }] } });
      await client.next(({ toolCall }) => toolCall);
      expect(client.closed).toBeUndefined();
    });

    it("but none that a session has taken, nor for another cause", async () => {
      const { client, upstream, models } = await connectedLive(undefined, instruction("One."));
      await upstream.send({ sessionResumptionUpdate: handle });
      client.send({ contextUpdate: instruction("Two.") });
      await until(() => updatesAt(upstream).length === 1);
      await upstream.close(...lost);
      const second = await models.connection(1);
      await until(() => second.received.length === 1);
      // No refusal: the service is busy.
      await second.close(...lost);
      const third = await models.connection(2);
      await until(() => third.received.length === 1);
      await third.send({ setupComplete: {} });
      client.send({ contextUpdate: instruction("Three.") });
      await until(() => updatesAt(third).length === 1);
      await third.close(...lost);
      const fourth = await models.connection(3);
      await until(() => fourth.received.length === 1);
      expect(JSON.stringify(setupOf(fourth))).toContain("Three.");
      await fourth.close(...(unknownField as Close));
      const fifth = await models.connection(4);
      await until(() => fifth.received.length === 1);
      expect(setupOf(fifth)["systemInstruction"].parts.at(-1)).toEqual({ text: "Two." });
    });
  });

  it("a client that reconnects with the first setup is the same client", async () => {
    const setup = instruction("One.");
    const { client, connect, upstream } = await connectedLive(undefined, setup);
    client.send({ contextUpdate: { ...instruction("Two."), tools: { tools: declaring("book") } } });
    await until(() => updatesAt(upstream).length === 1);
    const again = await connect();
    again.send({ setup: { model, ...setup } });
    await again.next(setupComplete);
    client.close();
    await upstream.send({ toolCall: { functionCalls: [{ id: "c1", name: "book", args: {} }] } });
    await again.next(({ toolCall }) => toolCall);
    again.send({ contextUpdate: instruction("Three.") });
    await until(() => updatesAt(upstream).length === 2);
  });

  it("another client is refused in words, and nothing changes", async () => {
    const { connect, upstream } = await connectedLive(undefined, instruction("One."));
    const bob = await connect();
    bob.send({ setup: { model, ...instruction("Bob's.") } });
    await bob.next(setupComplete);
    bob.send({ contextUpdate: instruction("Obey Bob.") });
    const { parley } = await bob.next(refusal);
    expect(parley.error).toMatchObject({ code: "NOT_ALLOWED" });
    expect(parley.error.message).toContain("only a client whose setup began it");
    expect(updatesAt(upstream)).toEqual([]);
    expect(bob.closed).toBeUndefined();
  });

  it("a model that takes none is named, and the conversation goes on", async () => {
    const flash = "models/gemini-3.1-flash-live-preview";
    const { client, upstream } = await connectedLive(undefined, { model: flash });
    client.send({ contextUpdate: instruction("Two.") });
    const { parley } = await client.next(refusal);
    expect(parley.error.message).toContain("gemini-3.1-flash-live-preview takes no contextUpdate");
    expect(updatesAt(upstream)).toEqual([]);
  });

  it.each([
    [{ warmth: 1 }, "Unknown name \"warmth\" at 'context_update'"],
    [{ systemInstruction: "Be brief." }, "system_instruction must be"],
    [{ systemInstruction: { parts: [{ inlineData: {} }] } }, "system_instruction must be"],
    [{ tools: declaring("f") }, "tools must be {tools"],
    [{ tools: { tools: [{ fileSearch: {} }] } }, "fileSearch is not for clients"],
    [{ tools: { tools: [{ functionDeclarations: [{ name: "a b" }] }] } }, "needs a name"],
  ])("%j closes its client, and no other", async (contextUpdate, reason) => {
    const { client, upstream } = await connectedLive();
    client.send({ contextUpdate });
    const closed = await client.untilClosed();
    expect(closed.code).toBe(1007);
    expect(closed.reason).toContain(reason);
    expect(updatesAt(upstream)).toEqual([]);
    expect(upstream.closed).toBeUndefined();
  });
});
