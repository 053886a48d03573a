import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { agent } from "../../src/agent/agent.ts";
import { tool } from "../../src/agent/tool.ts";
import type { ServerMessage } from "../../src/wire/live-api.ts";
import { scriptedPorts } from "../support/scripted.ts";
import { connectNative } from "./native.ts";
import { audioMessage as answer, turnCompleteMessage } from "./native-conversation.ts";
import { describeProviders, messagesTo, newCaller, phoneConversation, until } from "./phone.ts";
import { setAgent, setClock } from "./upstreams.ts";

describeProviders(() => {
  /** @param words of the agent before its call. */
  async function waiting(
    holdSound?: { sound: "tone" | "typing"; afterMs: number },
    ...words: ServerMessage[]
  ) {
    const caller = newCaller();
    const { clock } = scriptedPorts();
    setClock(caller.object, clock);
    const { promise, resolve } = Promise.withResolvers<string>();
    const look = tool({ name: "look", description: "Looks.", run: () => promise });
    const definition = { name: "assistant", model: "gemini-3.8-live", tools: [look] };
    setAgent(caller.object, agent({ ...definition, ...(holdSound && { holdSound }) }));
    const call = await phoneConversation(caller);
    const { client: eve } = await connectNative(call.path);
    await eve.hello();
    const functionCalls = [{ id: "c1", name: "look", args: {} }];
    await call.model.send(...words, { toolCall: { functionCalls } });
    await eve.event(({ content }) => content?.parts?.[0]?.functionCall !== undefined);
    const pass = (ms: number) =>
      runInDurableObject(env.CONVERSATION.getByName(caller.object), () => clock.advance(ms));
    const sounds = () => messagesTo(call.phone).filter(({ event }) => event === "media").length;
    return { ...call, eve, pass, sounds, finish: () => resolve("done") };
  }

  it("[PHONE25] plays the sound once a tool runs longer, and clears it before the first answer audio", async () => {
    const { phone, model, pass, sounds, eve } = await waiting({ sound: "typing", afterMs: 1_000 });
    await pass(999);
    expect(sounds()).toBe(0);
    await pass(1);
    await until(() => sounds() >= 30);
    await model.send(answer(4_800), turnCompleteMessage);
    await until(() => messagesTo(phone).some(({ mark }) => mark?.name === "1:220"));
    const events = messagesTo(phone).map(({ event }) => event);
    const clear = events.indexOf("clear");
    expect(events.slice(0, clear).every((event) => event === "media")).toBe(true);
    // The answer alone follows: 220 ms and its two marks.
    expect(events.slice(clear + 1)).toHaveLength(13);
    // The sound is no answer: other clients get the agent's audio alone.
    await eve.event(({ turnComplete }) => turnComplete === true);
  });

  it("[PHONE25] a caller's interruption clears it, and it does not come back", async () => {
    const { phone, model, pass, sounds } = await waiting({ sound: "tone", afterMs: 1_000 });
    await pass(1_000);
    await until(() => sounds() > 0);
    await model.send(
      { serverContent: { interrupted: true } },
      { toolCallCancellation: { ids: ["c1"] } },
    );
    await until(() => messagesTo(phone).some(({ event }) => event === "clear"));
    const heard = sounds();
    await pass(10_000);
    expect(sounds()).toBe(heard);
  });

  it("[PHONE25] plays it after the agent's words too, and ends it where no answer follows", async () => {
    const { phone, model, pass, sounds, finish } = await waiting(
      { sound: "typing", afterMs: 1_000 },
      answer(4_800),
    );
    const marks = () => messagesTo(phone).flatMap(({ mark }) => mark?.name ?? []);
    await pass(1_000);
    await until(() => marks().length > 0);
    phone.send({ event: "mark", mark: { name: marks().at(-1) ?? "" } });
    const spoken = sounds();
    await until(async () => {
      await pass(500);
      return sounds() >= spoken + 10;
    });
    finish();
    await until(() => model.received.some((message) => "toolResponse" in message));
    await pass(6_000);
    await until(() => messagesTo(phone).some(({ event }) => event === "clear"));
    const heard = sounds();
    await pass(10_000);
    expect(sounds()).toBe(heard);
  });

  it("[PHONE25] without the option there is silence", async () => {
    const { pass, sounds } = await waiting();
    await pass(30_000);
    expect(sounds()).toBe(0);
  });
});
