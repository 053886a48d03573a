import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import * as z from "zod";
import { agent } from "../../src/agent/agent.ts";
import { tool } from "../../src/agent/tool.ts";
import { scriptedPorts } from "../support/scripted.ts";
import {
  connectedLive,
  model,
  scriptedLive,
  setupComplete,
  transcribed,
  type LiveClient,
  type Message,
} from "./live-client.ts";
import { connectNative, pathOf } from "./native.ts";
import type { FakeUpstream } from "./model.ts";
import { setClock } from "./upstreams.ts";

const weather = { name: "get_weather", description: "The weather.", behavior: "NON_BLOCKING" };
const declaring = (...functionDeclarations: object[]) => ({
  ...transcribed,
  tools: [{ functionDeclarations }],
});

const dice = agent({
  name: "dice",
  model: "gemini-3.8-live",
  instruction: "You roll dice.",
  tools: [
    tool({
      name: "roll",
      description: "Rolls.",
      parameters: z.object({ sides: z.number() }),
      run: ({ sides }) => ({ rolled: sides }),
    }),
  ],
});

const called = (message: Message): boolean => message["toolCall"] !== undefined;

/** Waits for `count` function responses at the model. */
async function responsesAt(upstream: FakeUpstream, count: number): Promise<Message[]> {
  const responses = (): Message[] =>
    upstream.received.flatMap(
      (message: Message) => message["toolResponse"]?.functionResponses ?? [],
    );
  while (responses().length < count) await scheduler.wait(1);
  return responses();
}

describe("[LIVE37] of the clients that declare a function, the newest that may speak is called", () => {
  const join = async (connect: (query?: string) => Promise<LiveClient>, query = "") => {
    const client = await connect(query);
    client.send({ setup: { model, ...declaring(weather) } });
    await client.next(setupComplete);
    return client;
  };
  const call = { toolCall: { functionCalls: [{ id: "call_1", name: "get_weather", args: {} }] } };

  it("after a hibernation too", async () => {
    const { connect, models, object } = scriptedLive();
    const { clock } = scriptedPorts();
    setClock(object, clock);
    const oldest = await connect();
    oldest.send({ setup: { model, ...declaring(weather) } });
    while (models.all[0]?.received.length !== 1) await scheduler.wait(1);
    await models.all[0].send({ setupComplete: {} });
    await oldest.next(setupComplete);
    const newest = await join(connect);
    const stub = env.CONVERSATION.getByName(object);
    // A minute without activity: the relay parks the upstream connection.
    await runInDurableObject(stub, () => clock.advance(61_000));
    while (!models.all[0].closed) await scheduler.wait(1);
    await evictDurableObject(stub);
    newest.send({ realtimeInput: { text: "And now?" } });
    while (models.all[1]?.received.length !== 1) await scheduler.wait(1);
    await models.all[1].send({ setupComplete: {} }, call);
    expect(await newest.next(called)).toEqual(call);
    expect(oldest.messages.some(called)).toBe(false);
  });

  it.each(["listener", "observer"])("a %s's declaration shadows no speaker's", async (role) => {
    const { client, connect, upstream } = await connectedLive("assistant", declaring(weather));
    const eve = await join(connect, `?role=${role}`);
    await upstream.send(call);
    expect(await client.next(called)).toEqual(call);
    expect(eve.messages.some(called)).toBe(false);
  });
});

describe("[LIVE5] a client's own functions are called at the client and answered by it", () => {
  it("calls of one message arrive in one frame; responses are forwarded unchanged", async () => {
    const { client, upstream } = await connectedLive(
      "assistant",
      declaring(weather, { name: "book" }),
    );
    const { setup } = upstream.received[0] as Message;
    expect(setup.tools[0].functionDeclarations).toEqual([weather, { name: "book" }]);
    const functionCalls = [
      { id: "call_1", name: "get_weather", args: { city: "Paris" } },
      { id: "call_2", name: "book", args: {} },
    ];
    await upstream.send({ toolCall: { functionCalls } });
    expect(await client.next(called)).toEqual({ toolCall: { functionCalls } });
    client.send({
      tool_response: {
        function_responses: [
          {
            id: "call_1",
            name: "get_weather",
            response: { sky_colour: "blue" },
            will_continue: true,
          },
        ],
      },
    });
    client.send({
      toolResponse: {
        functionResponses: [
          { id: "call_1", name: "get_weather", response: { result: "dry" }, scheduling: "SILENT" },
          { id: "call_2", name: "book", response: { scheduling: "INTERRUPT", done: true } },
        ],
      },
    });
    expect(await responsesAt(upstream, 3)).toEqual([
      { id: "call_1", name: "get_weather", response: { sky_colour: "blue" }, willContinue: true },
      { id: "call_1", name: "get_weather", response: { result: "dry" }, scheduling: "SILENT" },
      { id: "call_2", name: "book", response: { done: true }, scheduling: "INTERRUPT" },
    ]);
  });

  it("beside a server's agent: instructions and tools are merged, and each side answers its own calls", async () => {
    const { client, upstream } = await connectedLive(dice, {
      ...declaring(weather, { name: "roll" }),
      systemInstruction: { parts: [{ text: "Be brief." }] },
    });
    const { setup } = upstream.received[0] as Message;
    expect(setup.systemInstruction.parts.map(({ text }: { text: string }) => text)).toEqual([
      "You roll dice.",
      "Be brief.",
    ]);
    expect(setup.tools[0].functionDeclarations.map(({ name }: { name: string }) => name)).toEqual([
      "roll",
      "get_weather",
    ]);
    await upstream.send({
      toolCall: {
        functionCalls: [
          { id: "a", name: "roll", args: { sides: 6 } },
          { id: "b", name: "get_weather", args: {} },
        ],
      },
    });
    expect(await client.next(called)).toEqual({
      toolCall: { functionCalls: [{ id: "b", name: "get_weather", args: {} }] },
    });
    expect(await responsesAt(upstream, 1)).toEqual([
      { id: "a", name: "roll", response: { rolled: 6 } },
    ]);
  });

  it("a call goes to the client that declared it, and only that client may answer it", async () => {
    const { client, upstream, connect } = await connectedLive("assistant", declaring(weather));
    const bob = await connect();
    bob.send({ setup: { model, ...transcribed } });
    await bob.next(setupComplete);
    await upstream.send({
      toolCall: { functionCalls: [{ id: "c", name: "get_weather", args: {} }] },
    });
    await client.next(called);
    const answer = (by: string) => ({
      toolResponse: { functionResponses: [{ id: "c", name: "get_weather", response: { by } }] },
    });
    bob.send(answer("bob"));
    client.send(answer("lia"));
    expect(await responsesAt(upstream, 1)).toEqual([
      { id: "c", name: "get_weather", response: { by: "lia" } },
    ]);
    expect(bob.messages.slice(1)).toMatchObject([{ parley: { error: { code: "CALL_NOT_OPEN" } } }]);
  });
});

describe("[LIMIT38] the progress of a client's functions counts as changes of the state", () => {
  const progress = (response: object) => ({
    id: "c1",
    name: "get_weather",
    response,
    willContinue: true,
  });

  it.each([
    ["by number", 100, {}],
    ["by size", 20, { words: "a".repeat(33_000) }],
  ])(
    "%s: above the limit it is refused with a time, and the last one passes",
    async (_, count, response) => {
      const { client, upstream } = await connectedLive("assistant", declaring(weather));
      await upstream.send({
        toolCall: { functionCalls: [{ id: "c1", name: "get_weather", args: {} }] },
      });
      await client.next(called);
      const functionResponses = Array.from({ length: count }, () => progress(response));
      for (const _ of [1, 2]) client.send({ toolResponse: { functionResponses } });
      const { parley } = await client.next((message) => message["parley"]?.error !== undefined);
      expect(parley.error).toMatchObject({
        code: "RATE_LIMITED",
        message: expect.stringMatching(/call is still open; report it again in \d+ s\.$/),
      });
      const last = { id: "c1", name: "get_weather", response: { result: "dry" } };
      client.send({ toolResponse: { functionResponses: [last] } });
      await upstream.until(({ received }) => JSON.stringify(received.at(-1)).includes("dry"));
      expect((await responsesAt(upstream, 1)).length).toBeLessThan(2 * count);
      expect(client.closed).toBeUndefined();
    },
  );
});

describe("[LIVE6] a call that no client can answer is answered with an error; a cancelled one is reported", () => {
  it("when its client leaves", async () => {
    const { object, client, upstream } = await connectedLive("assistant", declaring(weather));
    const { client: nat } = await connectNative(pathOf(object));
    await nat.hello();
    await upstream.send({
      toolCall: { functionCalls: [{ id: "d", name: "get_weather", args: {} }] },
    });
    await client.next(called);
    client.close();
    const [left] = await responsesAt(upstream, 1);
    expect(left).toMatchObject({
      id: "d",
      response: { error: expect.stringContaining("not connected") },
    });
    await upstream.send({
      toolCall: { functionCalls: [{ id: "e", name: "get_weather", args: {} }] },
    });
    const [, gone] = await responsesAt(upstream, 2);
    expect(gone).toMatchObject({
      id: "e",
      response: { error: expect.stringContaining("not connected") },
    });
  });

  it("a client that resumes by a handle may still answer", async () => {
    const { client, upstream, connect } = await connectedLive("assistant", {
      ...declaring(weather),
      sessionResumption: {},
    });
    const { sessionResumptionUpdate } = await client.next(
      (message) => message["sessionResumptionUpdate"] !== undefined,
    );
    await upstream.send({
      toolCall: { functionCalls: [{ id: "g", name: "get_weather", args: {} }] },
    });
    await client.next(called);
    client.close();
    const again = await connect();
    const { newHandle: handle } = sessionResumptionUpdate as { newHandle: string };
    again.send({ setup: { model, ...declaring(weather), sessionResumption: { handle } } });
    await again.next(setupComplete);
    const response = { sky: "clear" };
    again.send({
      toolResponse: { functionResponses: [{ id: "g", name: "get_weather", response }] },
    });
    expect(await responsesAt(upstream, 1)).toEqual([{ id: "g", name: "get_weather", response }]);
  });

  it("when the model cancels", async () => {
    const { client, upstream } = await connectedLive("assistant", declaring(weather));
    await upstream.send({
      toolCall: { functionCalls: [{ id: "f", name: "get_weather", args: {} }] },
    });
    await client.next(called);
    await upstream.send({ toolCallCancellation: { ids: ["f"] } });
    expect(await client.next()).toEqual({ toolCallCancellation: { ids: ["f"] } });
  });
});
