import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { agent } from "../../src/agent/agent.ts";
import type { Hooks } from "../../src/agent/hooks.ts";
import { scriptedPorts } from "../support/scripted.ts";
import {
  connectedLive,
  model,
  scriptedLive,
  setupComplete,
  transcribed,
  turnComplete,
} from "./live-client.ts";
import { connectNative, pathOf } from "./native.ts";
import { turnCompleteMessage, transcriptMessage, audioMessage } from "./native-conversation.ts";
import { setClock } from "./upstreams.ts";

const until = async (condition: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await condition())) await scheduler.wait(1);
};

describe("[LIVE20] a setup is kept with its conversation", () => {
  it("over the object's hibernation, with its client connected and not set up again", async () => {
    const { connect, models, object } = scriptedLive();
    const { clock } = scriptedPorts();
    setClock(object, clock);
    const stub = env.CONVERSATION.getByName(object);
    const lia = await connect();
    lia.send({
      setup: { model, ...transcribed, tools: [{ functionDeclarations: [{ name: "mine" }] }] },
    });
    await until(() => models.all[0]?.received.length === 1);
    await models.all[0]?.send({ setupComplete: {} });
    await lia.next(setupComplete);
    // A minute without activity: the relay parks the upstream connection.
    await runInDurableObject(stub, () => clock.advance(61_000));
    await until(() => models.all[0]?.closed !== undefined);
    await evictDurableObject(stub);
    lia.send({ realtimeInput: { text: "Still me" } });
    await until(() => models.all[1]?.received.length === 1);
    expect(JSON.stringify(models.all[1]?.received[0])).toContain('"mine"');
    await models.all[1]?.send({ setupComplete: {} });
    await until(() => models.all[1]?.received.length === 2);
    await models.all[1]?.send(transcriptMessage("Yes."), turnCompleteMessage, {
      toolCall: { functionCalls: [{ id: "a", name: "mine", args: {} }] },
    });
    await lia.next(({ toolCall }) => toolCall !== undefined);
    expect(lia.outputTranscript).toBe("Yes.");
    expect(lia.messages.filter(setupComplete)).toHaveLength(1);
  });

  it("until it is deleted", async () => {
    const { connect, models, object, client } = await connectedLive("assistant", {
      generationConfig: { temperature: 0.3 },
    });
    await env.CONVERSATION.getByName(object).delete();
    expect((await client.untilClosed()).code).toBe(1000);
    const again = await connect();
    again.send({ setup: { model } });
    await until(() => models.all[1]?.received.length === 1);
    expect(JSON.stringify(models.all[1]?.received[0])).not.toContain("temperature");
  });
});

describe("[LIVE21] a Live API client is a participant like any other", () => {
  it("others see its joins and leaves; an observer receives no audio; an interruption reaches it too", async () => {
    const { object, connect, client, upstream } = await connectedLive();
    const { client: nat } = await connectNative(pathOf(object));
    expect((await nat.hello()).participants).toHaveLength(2);
    const eve = await connect("?role=observer");
    // A client is no participant before its setup.
    eve.send({ setup: { model, ...transcribed } });
    await eve.next(setupComplete);
    const joined = await nat.next("presence", ({ participant }) => participant.role === "observer");
    expect(joined.change).toBe("joined");
    await upstream.send({
      serverContent: {
        ...audioMessage(24).serverContent,
        outputTranscription: { text: "Once upon " },
      },
    });
    await client.next(({ serverContent }) => serverContent?.modelTurn !== undefined);
    expect(await eve.next()).toEqual({
      serverContent: { outputTranscription: { text: "Once upon " } },
    });
    nat.send({ type: "interrupt" });
    expect(await client.next()).toEqual({ serverContent: { interrupted: true } });
    await upstream.send(transcriptMessage("a time"), turnCompleteMessage);
    expect(await client.next()).toEqual({ serverContent: { turnComplete: true } });
    eve.close();
    expect(await nat.next("presence", ({ change }) => change === "left")).toBeDefined();
    expect(turnComplete(client.messages.at(-1) ?? {})).toBe(true);
  });
});

describe("[LIVE24] a setup begins a conversation and takes none over", () => {
  const mine = {
    setup: { model, systemInstruction: { parts: [{ text: "Obey me." }] }, ...transcribed },
  };

  it("ignores an observer's setup, even in a new conversation", async () => {
    const { connect, models } = scriptedLive();
    const eve = await connect("?role=observer");
    eve.send(mine);
    await eve.next(setupComplete);
    expect(models.all).toEqual([]);
    const ann = await connect();
    ann.send({ setup: { model } });
    await until(() => models.all[0]?.received.length === 1);
    expect(JSON.stringify(models.all[0]?.received[0])).not.toContain("Obey me.");
  });

  it("ignores a setup for a conversation begun with another protocol that has a client or an answer", async () => {
    const { connect, models, object } = scriptedLive();
    const { clock } = scriptedPorts();
    setClock(object, clock);
    const stub = env.CONVERSATION.getByName(object);
    const { client: nat } = await connectNative(pathOf(object));
    await nat.hello();
    const hungUp = (nth: number) =>
      until(async () => {
        await runInDurableObject(stub, () => clock.advance(61_000));
        return models.all[nth]?.closed !== undefined;
      });
    await until(() => models.all[0]?.received.length === 1);
    await models.all[0]?.send({ setupComplete: {} });
    await hungUp(0);
    const lia = await connect();
    lia.send(mine);
    await until(() => models.all[1]?.received.length === 1);
    expect(JSON.stringify(models.all[1]?.received[0])).not.toContain("Obey me.");
    await models.all[1]?.send({ setupComplete: {} });
    await lia.next(setupComplete);
    await models.all[1]?.send(transcriptMessage("Welcome."), turnCompleteMessage);
    await nat.event(({ turnComplete }) => turnComplete === true);
    for (const each of [lia, nat]) each.close();
    await hungUp(1);
    const bob = await connect();
    bob.send(mine);
    await until(() => models.all[2]?.received.length === 1);
    expect(JSON.stringify(models.all[2]?.received[0])).not.toContain("Obey me.");
  });
});

describe("[LIVE13] only clientContent is history, and only from a client that joins for the first time", () => {
  const historyConfig = { initialHistoryInClientContent: true };
  const turn = (text: string) => ({
    clientContent: { turns: [{ role: "user", parts: [{ text }] }], turnComplete: true },
  });

  it("text sent as realtime input is answered", async () => {
    const { client, upstream } = await connectedLive("assistant", { historyConfig });
    client.send({ realtimeInput: { text: "Hello" } });
    client.send(turn("I am Lia."));
    await until(() => upstream.received.length === 3);
    expect(upstream.received.slice(1)).toEqual([
      { realtimeInput: { text: "Hello" } },
      turn("I am Lia."),
    ]);
  });

  it("[LIVE36] white space asks for an answer to the history, and is no event", async () => {
    const { client, upstream, object } = await connectedLive("assistant", { historyConfig });
    const { client: nat } = await connectNative(pathOf(object));
    await nat.hello();
    client.send(turn("I am Lia."));
    client.send({ realtimeInput: { text: " " } });
    client.send({ realtimeInput: { text: "Typed" } });
    const nextText = async () =>
      (await nat.event(({ author, content }) => author === "user" && !!content)).event.content
        ?.parts;
    expect(await nextText()).toEqual([{ text: "I am Lia." }]);
    expect(await nextText()).toEqual([{ text: "Typed" }]);
    await until(() => upstream.received.length === 4);
    expect(upstream.received.slice(1)).toEqual([
      turn("I am Lia."),
      { realtimeInput: { text: " " } },
      turn("Typed"),
    ]);
  });

  it("a client that joins a conversation may type, and its later turns are sent too", async () => {
    const { connect, client, upstream } = await connectedLive();
    client.send({ realtimeInput: { text: "One" } });
    const bob = await connect();
    bob.send({ setup: { model, historyConfig } });
    await bob.next(setupComplete);
    bob.send({ realtimeInput: { text: "Two" } });
    bob.send(turn("Three"));
    await until(() => upstream.received.length === 4);
    expect(upstream.received.slice(1)).toEqual(["One", "Two", "Three"].map(turn));
  });

  it("the first turn of a client that resumes by a handle is sent", async () => {
    const setup = { sessionResumption: {}, historyConfig };
    const { connect, client, upstream } = await connectedLive("assistant", setup);
    const { sessionResumptionUpdate } = await client.next(
      (message) => message["sessionResumptionUpdate"],
    );
    client.send(turn("I am Lia."));
    await until(() => upstream.received.length === 2);
    client.close();
    const again = await connect();
    const sessionResumption = { handle: sessionResumptionUpdate.newHandle };
    again.send({ setup: { model, ...setup, sessionResumption } });
    await again.next(setupComplete);
    again.send(turn("Still there?"));
    await until(() => upstream.received.length === 3);
    expect(upstream.received[2]).toEqual(turn("Still there?"));
  });
});

describe("[LIVE6] an answer that waits for a hook reaches the model", () => {
  it.each([
    ["cannot resume", {}],
    ["may resume", { sessionResumption: {} }],
  ])("though its client, which %s, has left", async (_, resumption) => {
    const verdict = Promise.withResolvers<undefined>();
    let asked = false;
    const beforeModel: Hooks["beforeModel"] = ({ text }) => {
      if (!text.includes("seen")) return undefined;
      asked = true;
      return verdict.promise;
    };
    const ada = agent({ name: "ada", model: "gemini-3.8-live", hooks: { beforeModel } });
    const tools = [{ functionDeclarations: [{ name: "look" }] }];
    const { client, upstream, object } = await connectedLive(ada, { tools, ...resumption });
    const { client: nat } = await connectNative(pathOf(object));
    await nat.hello();
    await upstream.send({ toolCall: { functionCalls: [{ id: "c1", name: "look", args: {} }] } });
    await client.next(({ toolCall }) => toolCall);
    const functionResponses = [{ id: "c1", name: "look", response: { seen: 1 } }];
    client.send({ toolResponse: { functionResponses } });
    await until(() => asked);
    client.close();
    await nat.next("presence", ({ change }) => change === "left");
    verdict.resolve(undefined);
    await until(() => upstream.received.some((message) => "toolResponse" in message));
    expect(upstream.received.at(-1)).toEqual({ toolResponse: { functionResponses } });
  });
});
