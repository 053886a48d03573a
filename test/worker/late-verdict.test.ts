import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { agent } from "../../src/agent/agent.ts";
import type { Block, Hooks } from "../../src/agent/hooks.ts";
import { tool, type ToolContext } from "../../src/agent/tool.ts";
import type { FunctionCall, ServerMessage } from "../../src/wire/live-api.ts";
import { silence, tone } from "../support/scripted.ts";
import { connectedConversation } from "./client.ts";
import { loggedSummary, sessionStatus } from "./fault-conversation.ts";
import { connectNative, pathOf } from "./native.ts";
import { rest, sessionsPath } from "./rest.ts";

type Verdict = Block | { text: string } | undefined;

/** A conversation whose hook answers when the test says so. */
async function checkedConversation(
  run: (args: unknown, context: ToolContext) => unknown = vi.fn(),
) {
  const verdict = Promise.withResolvers<Verdict>();
  const asked = Promise.withResolvers<void>();
  const beforeModel: Hooks["beforeModel"] = async () => {
    asked.resolve();
    return (await verdict.promise) ?? undefined;
  };
  const wipe = tool({ name: "wipe", description: "", run });
  const conversation = await connectedConversation(
    agent({ name: "ada", model: "gemini-3.8-live", tools: [wipe], hooks: { beforeModel } }),
  );
  const [, user = "", session = ""] = JSON.parse(conversation.object) as string[];
  const decide = async (decided: Verdict): Promise<void> => {
    verdict.resolve(decided);
    await settled(conversation.object);
  };
  return {
    ...conversation,
    asked: asked.promise,
    decide,
    end: async () => {
      const { client } = await connectNative(`${pathOf(conversation.object)}&role=operator`);
      await client.hello();
      client.send({ type: "end" });
    },
    remove: () => rest("DELETE", `${sessionsPath(user)}/${session}`),
  };
}

/** After a request the object has done what a verdict led to. */
const settled = (object: string) =>
  runInDurableObject(env.CONVERSATION.getByName(object), () => scheduler.wait(0));

const stored = (object: string) =>
  runInDurableObject(env.CONVERSATION.getByName(object), async (_, { storage }) => ({
    keys: [...storage.kv.list()],
    tables: storage.sql
      .exec(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'",
      )
      .toArray(),
    alarm: await storage.getAlarm(),
  }));
const nothing = { keys: [], tables: [], alarm: null };

const speech: ServerMessage = {
  serverContent: { inputTranscription: { text: "Wipe it.", finished: true } },
};
const calls = (...functionCalls: FunctionCall[]): ServerMessage => ({
  toolCall: { functionCalls },
});

/** @returns the error, if there is one. */
function tryToSet(state: { set(key: string, value: unknown): void }): unknown {
  try {
    state.set("x", 1);
    return "stored";
  } catch (error) {
    return error;
  }
}

describe("[HOOK16] a verdict that comes after the conversation has ended has no effect", () => {
  it("the conversation does not connect for the text, and does not record it", async () => {
    const { ann, asked, decide, object, models, model, end } = await checkedConversation();
    ann.send({ type: "text", text: "Hello." });
    await asked;
    await end();
    await model.until(({ closed }) => closed !== undefined);
    await decide(undefined);
    expect(models.all).toHaveLength(1);
    expect(await loggedSummary(object)).toEqual([]);
  });

  it.each([
    ["a text that passes", undefined],
    ["a text that is blocked", { block: "No.", instead: "Refuse." }],
  ])("a deleted conversation does not begin again by %s", async (_, decided) => {
    const { ann, asked, decide, object, models, model, remove } = await checkedConversation();
    ann.send({ type: "text", text: "Hello." });
    await asked;
    await remove();
    await model.until(({ closed }) => closed !== undefined);
    await decide(decided);
    expect(models.all).toHaveLength(1);
    expect(await stored(object)).toEqual(nothing);
    expect(await sessionStatus(object)).toBe(404);
  });

  it("nor does a conversation that began after the deletion get the text, or the block of speech", async () => {
    const { ann, asked, decide, join, models, model, remove } = await checkedConversation();
    await model.send(speech);
    ann.send({ type: "text", text: "Hello." });
    await asked;
    await remove();
    const bob = await join();
    const next = await models.connection(1);
    await next.until(({ received }) => received.length > 0);
    await next.send({ setupComplete: {} });
    await decide({ block: "No.", instead: "Refuse." });
    bob.send({ type: "nonsense" });
    expect(await bob.next()).toMatchObject({ errorCode: "BAD_FRAME" });
    expect(next.received).toHaveLength(1);
  });
});

describe("[HOOK7] speech that is blocked has no effect, however late the verdict comes", () => {
  const blocked = { block: "No." };
  const turnComplete: ServerMessage = { serverContent: { turnComplete: true } };

  /** A conversation whose hook answers for each call when the test says so, and whose transcripts come in pieces. */
  async function growing() {
    const verdicts = [Promise.withResolvers<Verdict>(), Promise.withResolvers<Verdict>()];
    const asked: string[] = [];
    const run = vi.fn(() => "done");
    const beforeModel: Hooks["beforeModel"] = async ({ text }) => {
      asked.push(text);
      return (await verdicts[asked.length - 1]?.promise) ?? undefined;
    };
    const wipe = tool({ name: "wipe", description: "", run });
    const conversation = await connectedConversation(
      agent({
        name: "ada",
        model: "gemini-2.5-flash-native-audio-preview-12-2025",
        tools: [wipe],
        hooks: { beforeModel },
      }),
    );
    const heard = (text: string): ServerMessage => ({
      serverContent: { inputTranscription: { text } },
    });
    await conversation.model.send(heard("Please"), heard(" wipe it."));
    await vi.waitFor(() => expect(asked).toHaveLength(1));
    return { ...conversation, verdicts, asked, run };
  }

  it("calls wait for the check of all that was said, not only of its beginning", async () => {
    const { model, object, verdicts, asked, run } = await growing();
    await model.send(calls({ id: "c1", name: "wipe" }));
    verdicts[0]?.resolve(undefined);
    await settled(object);
    expect(asked).toEqual(["Please", "Please wipe it."]);
    expect(run).not.toHaveBeenCalled();
    verdicts[1]?.resolve(blocked);
    await model.until(({ received }) => JSON.stringify(received).includes('"c1"'));
    expect(run).not.toHaveBeenCalled();
  });

  it("and what the turn's end has overtaken is checked all the same", async () => {
    const { ann, model, object, verdicts, asked } = await growing();
    await model.send(turnComplete);
    await ann.next((event) => event.turnComplete === true);
    verdicts[1]?.resolve(blocked);
    await settled(object);
    expect(asked).toEqual(["Please", "Please wipe it."]);
    expect(await ann.next((event) => event.errorCode === "BLOCKED")).toBeDefined();
  });

  it.each([
    ["is blocked", blocked, false],
    ["passes", undefined, true],
  ])("a session that is lost meanwhile: it %s", async (_, decided, isAsked) => {
    const { ann, asked, decide, model, models } = await checkedConversation();
    for (let at = 0; at < 5; at++) ann.send(tone(100).buffer);
    for (let at = 0; at < 50; at++) ann.send(silence(100).buffer);
    await model.until(({ received }) => JSON.stringify(received).includes("audioStreamEnd"));
    await model.send(speech);
    await asked;
    await model.close(1011, "Internal error encountered.");
    const second = await models.connection(1);
    await decide(decided);
    await second.until(({ received }) => received.length > 0);
    await second.send({ setupComplete: {} });
    ann.send({ type: "nonsense" });
    await ann.next((event) => event.errorCode === "BAD_FRAME");
    expect(JSON.stringify(second.received).includes("Wipe it.")).toBe(isAsked);
  });

  it.each([
    ["is blocked", blocked, 0],
    ["passes", undefined, 1],
  ])("its calls wait for the verdict, after the turn, too: it %s", async (_, decided, times) => {
    const run = vi.fn(() => "done");
    const { ann, asked, decide, model } = await checkedConversation(run);
    await model.send(speech, calls({ id: "c1", name: "wipe" }), turnComplete);
    await asked;
    await ann.next((event) => event.turnComplete === true);
    await decide(decided);
    await model.until(({ received }) => JSON.stringify(received).includes('"c1"'));
    expect(run).toHaveBeenCalledTimes(times);
  });
});

describe("[CALL5] a call that is cancelled before the check of the speech does not run", () => {
  it("while the message's other calls do", async () => {
    const run = vi.fn(() => "done");
    const { ann, asked, decide, model } = await checkedConversation(run);
    await model.send(
      speech,
      calls({ id: "c1", name: "wipe", args: { n: 1 } }, { id: "c2", name: "wipe" }),
    );
    await asked;
    await model.send({ toolCallCancellation: { ids: ["c1"] } });
    await ann.next((event) => event.content !== undefined);
    await decide(undefined);
    await model.until(({ received }) => received.length > 1);
    expect(run).toHaveBeenCalledTimes(1);
    expect(JSON.stringify(model.received[1])).toContain('"c2"');
    expect(model.received).toHaveLength(2);
  });

  it("nor one that is cancelled while `beforeTool` decides", async () => {
    const run = vi.fn(() => "done");
    const decided = Promise.withResolvers<undefined>();
    const asked = Promise.withResolvers<void>();
    const beforeTool: Hooks["beforeTool"] = () => (asked.resolve(), decided.promise);
    const wipe = tool({ name: "wipe", description: "", run });
    const { model, object } = await connectedConversation(
      agent({ name: "ada", model: "gemini-3.8-live", tools: [wipe], hooks: { beforeTool } }),
    );
    await model.send(calls({ id: "c1", name: "wipe" }));
    await asked.promise;
    await model.send({ toolCallCancellation: { ids: ["c1"] } });
    decided.resolve(undefined);
    await settled(object);
    expect(run).not.toHaveBeenCalled();
  });
});

describe("[CALL10] nothing of a tool outlives the conversation", () => {
  it("a call that waits for the check of the speech does not begin after the end", async () => {
    const run = vi.fn(() => "done");
    const { asked, decide, model, end } = await checkedConversation(run);
    await model.send(speech, calls({ id: "c1", name: "wipe" }));
    await asked;
    await end();
    await model.until(({ closed }) => closed !== undefined);
    await decide(undefined);
    expect(run).not.toHaveBeenCalled();
  });

  it("a tool sets no state of a deleted conversation", async () => {
    const answer = Promise.withResolvers<void>();
    const outcome = Promise.withResolvers<unknown>();
    const asks = tool({
      name: "wipe",
      description: "",
      run: async (_, { state }) => {
        await answer.promise;
        outcome.resolve(tryToSet(state));
      },
    });
    const { model, object } = await connectedConversation(
      agent({ name: "ada", model: "gemini-3.8-live", tools: [asks] }),
    );
    await model.send(calls({ id: "c1", name: "wipe" }));
    await settled(object);
    const [, user = "", session = ""] = JSON.parse(object) as string[];
    await rest("DELETE", `${sessionsPath(user)}/${session}`);
    answer.resolve();
    expect(await outcome.promise).toMatchObject({
      message: expect.stringContaining("was not set"),
    });
    expect(await stored(object)).toEqual(nothing);
  });

  it("nor does a hook, which has no signal", async () => {
    const answer = Promise.withResolvers<void>();
    const outcome = Promise.withResolvers<unknown>();
    const afterModel: Hooks["afterModel"] = async (_, { state }) => {
      await answer.promise;
      outcome.resolve(tryToSet(state));
    };
    const { model, object } = await connectedConversation(
      agent({ name: "ada", model: "gemini-3.8-live", hooks: { afterModel } }),
    );
    await model.send({ serverContent: { outputTranscription: { text: "Hi." } } });
    await settled(object);
    const [, user = "", session = ""] = JSON.parse(object) as string[];
    await rest("DELETE", `${sessionsPath(user)}/${session}`);
    answer.resolve();
    expect(await outcome.promise).toMatchObject({
      message: expect.stringContaining("the conversation was deleted"),
    });
    expect(await stored(object)).toEqual(nothing);
  });
});
