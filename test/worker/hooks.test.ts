import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { agent } from "../../src/agent/agent.ts";
import type { Block, Hooks } from "../../src/agent/hooks.ts";
import { tool } from "../../src/agent/tool.ts";
import type { Conversation } from "../../src/conversation/conversation.ts";
import type { ServerMessage } from "../../src/wire/live-api.ts";
import { connectedConversation } from "./client.ts";
import { eventually } from "../support/eventually.ts";

const run = vi.fn(() => "done");
const wipe = tool({ name: "wipe", description: "", run });
const ada = (hooks: Hooks, model = "gemini-3.8-live") =>
  agent({ name: "ada", model, instruction: "Call her {name?}.", tools: [wipe], hooks });

const noCards: Hooks["beforeModel"] = ({ text }) =>
  /card/.test(text) ? { block: "No card numbers, please.", instead: "Refuse." } : undefined;

const outputTranscript = (text: string): ServerMessage => ({
  serverContent: { outputTranscription: { text } },
});
const inputTranscript = (text: string): ServerMessage => ({
  serverContent: { inputTranscription: { text, finished: true } },
});
const audio: ServerMessage = {
  serverContent: {
    modelTurn: { parts: [{ inlineData: { mimeType: "audio/pcm;rate=24000", data: "AAAA" } }] },
  },
};
const done: ServerMessage = { serverContent: { turnComplete: true } };
const call: ServerMessage = { toolCall: { functionCalls: [{ id: "c1", name: "wipe", args: {} }] } };

const logged = (object: string) =>
  runInDurableObject(env.CONVERSATION.getByName(object), (conversation: Conversation) =>
    JSON.stringify(conversation.transcript()),
  );

describe("[HOOK6] typed text passes, is rewritten, or is blocked before it is sent", () => {
  it("notifies every client, sends and logs nothing, and prompts for the replacement", async () => {
    const { join, ann, model, object } = await connectedConversation(ada({ beforeModel: noCards }));
    const bob = await join();
    ann.send({ type: "text", text: "My card is 4111-1111." });
    for (const each of [ann, bob])
      expect(await each.next()).toMatchObject({
        errorCode: "BLOCKED",
        errorMessage: "No card numbers, please.",
      });
    await model.until(({ received }) => received.length === 2);
    expect(JSON.stringify(model.received)).not.toContain("4111-1111");
    expect(JSON.stringify(model.received[1])).toContain("Refuse.");
    expect(await logged(object)).not.toContain("4111-1111");
  });

  it("keeps the order of the messages, however long each check takes, without delaying audio", async () => {
    const first = Promise.withResolvers<{ text: string }>();
    const beforeModel: Hooks["beforeModel"] = ({ text }) =>
      text === "one" ? first.promise : undefined;
    const { ann, model, object } = await connectedConversation(ada({ beforeModel }));
    ann.send({ type: "text", text: "one" });
    ann.send({ type: "text", text: "two" });
    ann.send(new Int16Array(160).fill(1000).buffer);
    await model.until(({ received }) => received.length === 2);
    expect(model.received[1]).toHaveProperty("realtimeInput.audio");
    first.resolve({ text: "uno" });
    await model.until(({ received }) => received.length === 4);
    const sent = model.received.slice(2).map((each) => JSON.stringify(each));
    expect(sent).toEqual([expect.stringContaining("uno"), expect.stringContaining("two")]);
    expect(await logged(object)).toMatch(/uno.*two/);
  });

  it("does not send text that could not be checked", async () => {
    const print = vi.spyOn(console, "error").mockReturnValue();
    const beforeModel = () => {
      throw new Error("secret");
    };
    const { ann, model } = await connectedConversation(ada({ beforeModel }));
    ann.send({ type: "text", text: "Hello." });
    expect(await ann.next()).toMatchObject({
      errorCode: "BLOCKED",
      errorMessage: expect.stringContaining("could not be checked"),
    });
    expect(model.received).toHaveLength(1);
    expect(print.mock.calls.flat().join(" ")).not.toContain("secret");
    print.mockRestore();
  });
});

describe("[HOOK7] a blocked spoken utterance has no answer", () => {
  it("interrupts a model that has begun, and neither publishes nor logs the rest of its turn", async () => {
    const late = Promise.withResolvers<Block>();
    const { ann, model, object } = await connectedConversation(
      ada({ beforeModel: () => late.promise }),
    );
    await model.send(inputTranscript("my card is 4111-1111"), audio, outputTranscript("Noted: "));
    await ann.next((event) => event.outputTranscription !== undefined);
    late.resolve({ block: "No card numbers, please.", instead: "Refuse." });
    expect(await ann.next()).toMatchObject({
      outputTranscription: { text: "Noted: ", finished: true },
    });
    expect(await ann.next()).toMatchObject({ interrupted: true });
    expect(await ann.next()).toMatchObject({ errorCode: "BLOCKED" });
    await model.until(({ received }) => JSON.stringify(received).includes("Refuse."));
    await model.send(
      outputTranscript("4111-1111"),
      audio,
      { serverContent: { interrupted: true } },
      done,
    );
    expect(await ann.next()).toMatchObject({ turnComplete: true });
    await model.send(outputTranscript("I may not hear that."), done);
    await ann.next((event) => event.turnComplete === true);
    const log = await logged(object);
    expect(log).toContain("I may not hear that.");
    expect(log.match(/outputTranscription/g)).toHaveLength(2);
    expect(ann.frames.slice(1).join()).not.toContain("4111-1111");
  });

  it("[GUARD4] nor after a filler, even if the verdict comes only then", async () => {
    const late = Promise.withResolvers<Block>();
    const { ann, model, object } = await connectedConversation(
      agent({
        name: "ada",
        model: "gemini-3.8-live-extended-thinking",
        hooks: { beforeModel: () => late.promise },
        runConfig: { thinking: { level: "LOW" } },
      }),
    );
    const filler = { turnComplete: true, interactionStatus: "IN_PROGRESS" };
    await model.send(inputTranscript("my card is 4111-1111"), outputTranscript("Hm."));
    await model.send({ serverContent: filler });
    await ann.next((event) => event.interactionStatus === "IN_PROGRESS");
    late.resolve({ block: "No card numbers, please." });
    await ann.next((event) => event.errorCode === "BLOCKED");
    await model.send(outputTranscript("4111-1111"), { serverContent: filler });
    await model.send(outputTranscript("4111-1111"), done, outputTranscript("Next."), done);
    await ann.next((event) => event.outputTranscription?.text === "Next.");
    expect(ann.frames.slice(1).join()).not.toContain("4111-1111");
    expect(await logged(object)).not.toMatch(/outputTranscription[^}]*4111-1111/);
  });

  it("answers its tool calls without running them, even if they arrive before the verdict", async () => {
    run.mockClear();
    const late = Promise.withResolvers<Block>();
    const { ann, model } = await connectedConversation(ada({ beforeModel: () => late.promise }));
    await model.send(inputTranscript("wipe my card"), call);
    await ann.next((event) => event.content !== undefined);
    late.resolve({ block: "No." });
    await model.until(({ received }) => received.length === 2);
    expect(JSON.stringify(model.received[1])).toContain("This was blocked.");
    await model.send(call);
    await model.until(({ received }) => received.length === 3);
    expect(JSON.stringify(model.received[2])).toContain("This was blocked.");
    expect(run).not.toHaveBeenCalled();
  });

  it("does not make the next session answer it if the connection is lost meanwhile", async () => {
    const { ann, model, models } = await connectedConversation(ada({ beforeModel: noCards }));
    await model.send(inputTranscript("my card is 4111-1111"));
    await ann.next((event) => event.errorCode === "BLOCKED");
    await model.close(1011, "Internal error encountered.");
    const second = await models.connection(1);
    await second.until(({ received }) => received.length > 0);
    await second.send({ setupComplete: {} });
    ann.send({ type: "text", text: "Hello." });
    await second.until(({ received }) => received.length > 1);
    expect(JSON.stringify(second.received[1])).toContain("Hello.");
  });

  it("checks the whole utterance so far if transcripts arrive as deltas", async () => {
    const hooks = { beforeModel: noCards };
    const { ann, model } = await connectedConversation(
      ada(hooks, "gemini-2.5-flash-native-audio-latest"),
    );
    await model.send(
      { serverContent: { inputTranscription: { text: "my ca" } } },
      { serverContent: { inputTranscription: { text: "rd is" } } },
    );
    expect(await ann.next((event) => event.errorCode !== undefined)).toMatchObject({
      errorCode: "BLOCKED",
    });
  });
});

describe("[HOOK8] an answer is checked as it is transcribed, and stopped in the middle", () => {
  const afterModel: Hooks["afterModel"] = ({ text }) =>
    text.includes("guarantee") ? { block: "No promises.", instead: "Say it may be." } : undefined;

  it("does not publish text that is blocked at once, and prompts for a replacement", async () => {
    const { ann, model } = await connectedConversation(ada({ afterModel }));
    await model.send(
      audio,
      outputTranscript("We guaran"),
      outputTranscript("tee it"),
      audio,
      outputTranscript("for ever"),
    );
    expect(await ann.next((event) => event.outputTranscription?.finished === true)).toMatchObject({
      outputTranscription: { text: "We guaran" },
    });
    expect(await ann.next()).toMatchObject({ interrupted: true });
    expect(await ann.next()).toMatchObject({ errorCode: "BLOCKED", errorMessage: "No promises." });
    await model.until(({ received }) => received.length === 2);
    expect(model.received[1]).toMatchObject({ clientContent: { turnComplete: true } });
    await model.send(
      { serverContent: { interrupted: true } },
      done,
      outputTranscript("It may be."),
    );
    expect(await ann.next()).toMatchObject({ turnComplete: true });
    expect(await ann.next()).toMatchObject({ outputTranscription: { text: "It may be." } });
  });

  it("prompts at the end of the turn if text does not interrupt the model", async () => {
    const hooks = { afterModel };
    const { ann, model } = await connectedConversation(ada(hooks, "gemini-3.1-flash-live-preview"));
    await model.send(audio, outputTranscript("guarantee"), audio);
    await ann.next((event) => event.errorCode === "BLOCKED");
    expect(model.received).toHaveLength(1);
    await model.send(done);
    await model.until(({ received }) => received.length === 2);
    expect(model.received[1]).toEqual({ realtimeInput: { text: "Say it may be." } });
  });
});

describe("[HOOK9] hooks run when an agent becomes active and when it ends", () => {
  it("puts state set beforehand into the instruction; a reconnection runs no hook", async () => {
    const calls: string[] = [];
    const { ann, model, models } = await connectedConversation(
      ada({
        beforeAgent: async ({ state, agent }) => {
          calls.push(`${agent} begins`);
          await Promise.resolve();
          state.set("name", "Ann");
        },
        afterAgent: ({ agent }) => void calls.push(`${agent} ends`),
      }),
    );
    expect(JSON.stringify(model.received[0])).toContain("Call her Ann.");
    await model.close(1011, "Internal error encountered.");
    const second = await models.connection(1);
    await second.until(({ received }) => received.length > 0);
    expect(calls).toEqual(["ada begins"]);
    await second.send({ setupComplete: {} });
    ann.close();
    await eventually(() => expect(calls).toEqual(["ada begins", "ada ends"]));
  }, 15_000);

  it("starts the agent even if the hook fails", async () => {
    const print = vi.spyOn(console, "error").mockReturnValue();
    const beforeAgent = () => Promise.reject(new Error("down"));
    const { model } = await connectedConversation(ada({ beforeAgent }));
    expect(model.received).toHaveLength(1);
    print.mockRestore();
  });
});

describe("[HOOK10] the result of onEvent is both published and logged", () => {
  it("for typed text too; state changes made inside the hook do not call it again", async () => {
    let own = 0;
    const onEvent: Hooks["onEvent"] = (event, { state }) => {
      if ("turns" in event.actions.stateDelta) own++;
      if (event.voiceActivity) return null;
      if (event.turnComplete) state.set("turns", 1);
      return JSON.parse(JSON.stringify(event).replaceAll("4111-1111", "****")) as typeof event;
    };
    const { ann, model, object } = await connectedConversation(ada({ onEvent }));
    ann.send({ type: "text", text: "4111-1111" });
    await model.until(({ received }) => received.length === 2);
    await model.send(
      { voiceActivity: { type: "ACTIVITY_START" } },
      outputTranscript("4111-1111 it is"),
      done,
    );
    expect(await ann.next()).toMatchObject({ outputTranscription: { text: "**** it is" } });
    await ann.next((event) => event.turnComplete === true);
    expect(ann.events.some(({ actions }) => actions.stateDelta["turns"] === 1)).toBe(true);
    expect(own).toBe(0);
    const log = await logged(object);
    expect(log).not.toContain("4111-1111");
    expect(log).toContain("****");
    expect(JSON.stringify(model.received[1])).toContain("4111-1111");
  });
});
