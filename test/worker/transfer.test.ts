import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import type { Event } from "../../src/wire/adk.ts";
import type { ClientMessage } from "../../src/wire/live-api.ts";
import { tone } from "../support/scripted.ts";
import { agent } from "../../src/agent/agent.ts";
import { connectedConversation, newConversation } from "./client.ts";
import { rest, sessionsPath } from "./rest.ts";
import { setAgent } from "./upstreams.ts";
import type { FakeUpstream } from "./model.ts";

const transfer = (agent_name: string, id = "t1") => ({
  toolCall: { functionCalls: [{ id, name: "transfer_to_agent", args: { agent_name } }] },
});

const inputTranscript = (text: string) => ({
  serverContent: { inputTranscription: { text, finished: true } },
});

/** Makes a model ready. @returns its messages after the setup, once there are more than `messages` in all. */
async function ready(model: FakeUpstream, messages: number): Promise<readonly ClientMessage[]> {
  await model.until(({ received }) => received.length > 0);
  await model.send({ setupComplete: {} });
  await model.until(({ received }) => received.length > messages);
  return model.received.slice(1);
}

const turnComplete = { serverContent: { turnComplete: true } };

const changed = (event: Event): boolean => event.agentChanged !== undefined;

describe("[MOVE1] a transfer opens the other agent's own session, which answers the pending message", () => {
  it("its voice and tools; history in true roles; the call is answered and all clients are notified", async () => {
    const { ann, model, models } = await connectedConversation("dice");
    await model.send(
      inputTranscript("Hi."),
      { serverContent: { outputTranscription: { text: "Hello!" } } },
      { serverContent: { turnComplete: true } },
      inputTranscript("Is 7 prime?"),
      { serverContent: { outputTranscription: { text: "One moment." } } },
      transfer("primes"),
    );
    const answered = await ann.next((event) => event.actions.transferToAgent !== undefined);
    expect(answered).toMatchObject({ author: "dice", actions: { transferToAgent: "primes" } });
    expect(await ann.next(changed)).toMatchObject({
      author: "primes",
      agentChanged: { from: "dice", to: "primes" },
    });
    const second = await models.connection(1);
    expect(await ready(second, 2)).toEqual([
      {
        clientContent: {
          turns: [
            { role: "user", parts: [{ text: "Hi." }] },
            { role: "model", parts: [{ text: "Hello!" }] },
          ],
          turnComplete: true,
        },
      },
      {
        clientContent: {
          turns: [{ role: "user", parts: [{ text: "Is 7 prime?" }] }],
          turnComplete: true,
        },
      },
    ]);
    expect(second.received[0]).toMatchObject({
      setup: {
        historyConfig: { initialHistoryInClientContent: true },
        generationConfig: {
          speechConfig: { voiceConfig: { prebuiltVoiceConfig: { voiceName: "Kore" } } },
        },
        tools: [{ functionDeclarations: [{ name: "check_prime" }, { name: "transfer_to_agent" }] }],
      },
    });
    await second.send({ serverContent: { outputTranscription: { text: "It is." } } });
    expect(await ann.next((event) => event.outputTranscription?.text === "It is.")).toMatchObject({
      author: "primes",
    });
    expect(ann.events.some((event) => event.interrupted === true)).toBe(false);
  });

  it("closes the old session before it connects the new one", async () => {
    const { model, models } = await connectedConversation("dice");
    await model.send(inputTranscript("Is 7 prime?"), transfer("primes"));
    await models.connection(1);
    await model.until(({ closed }) => closed !== undefined);
    expect(model.closed).toBe(1000);
  });
});

describe("[GATE3] held audio is not passed in a later agent's session", () => {
  it("of an agent without a gate, and back to one with it", async () => {
    const quiet = (of: number) => new Int16Array(1_600).fill(of);
    const loud = new Int16Array(1_600).fill(8_000);
    const open = agent({
      name: "open",
      model: "gemini-3.8-live",
      runConfig: { silenceGate: false },
    });
    const gated = agent({ name: "dice", model: "gemini-3.8-live", subAgents: [open] });
    const { ann, model, models } = await connectedConversation(gated);
    ann.send(quiet(1).buffer);
    await model.send(inputTranscript("Go."), transfer("open"));
    const second = await models.connection(1);
    await ready(second, 1);
    ann.send(quiet(2).buffer);
    await second.until(({ received }) => JSON.stringify(received).includes('"audio"'));
    await second.send(turnComplete, inputTranscript("Back."), transfer("dice", "t2"));
    const third = await models.connection(2);
    await ready(third, 1);
    ann.send(loud.buffer);
    const base64 = (samples: Int16Array<ArrayBuffer>) => new Uint8Array(samples.buffer).toBase64();
    await third.until(({ received }) => JSON.stringify(received).includes(base64(loud)));
    expect(JSON.stringify(third.received)).not.toContain(base64(quiet(1)));
  });
});

describe("[MOVE2] input during a transfer is not lost or duplicated", () => {
  it("typed text and audio wait for the new session", async () => {
    const { ann, model, models } = await connectedConversation("dice");
    await model.send(inputTranscript("Is 7 prime?"), transfer("primes"));
    const second = await models.connection(1);
    await ann.next(changed);
    ann.send({ type: "text", text: "And 9?" });
    ann.send(tone(20).buffer);
    ann.send({ type: "nonsense" });
    await ann.next((event) => event.errorCode !== undefined);
    const sent = JSON.stringify(await ready(second, 3));
    expect(sent.split("Is 7 prime?")).toHaveLength(2);
    expect(sent.split("And 9?")).toHaveLength(2);
    expect(sent).toContain('"audio"');
  });
});

const generationComplete = { serverContent: { generationComplete: true } };

describe("[MOVE3] an agent may transfer back, but not without end in one turn", () => {
  it.each([
    ["in one turn", []],
    ["in a row of turns without speech", [generationComplete, turnComplete]],
  ])("after five transfers %s the agent must answer itself", async (_, end) => {
    const { model, models } = await connectedConversation("dice");
    await model.send(inputTranscript("Hm."));
    let last = model;
    for (let at = 1; at <= 5; at++) {
      await last.send(transfer(at % 2 ? "primes" : "dice", `t${at}`), ...end);
      last = await models.connection(at);
      await ready(last, 1);
    }
    await last.send(transfer("dice", "t6"));
    await last.until(({ received }) => received.some((message) => "toolResponse" in message));
    expect(JSON.stringify(last.received.at(-1))).toContain("often enough");
  });

  it("answers a transfer to an unknown agent with the known ones", async () => {
    const { model } = await connectedConversation("dice");
    await model.send(transfer("nobody"));
    await model.until(({ received }) => received.some((message) => "toolResponse" in message));
    expect(JSON.stringify(model.received.at(-1))).toMatch(/primes/);
  });
});

describe("[MOVE4] the active agent is stored: after a restart the same agent continues", () => {
  it("with the conversation", async () => {
    const { ann, object, model, models } = await connectedConversation("dice");
    await model.send(inputTranscript("Is 7 prime?"), transfer("primes"));
    await models.connection(1);
    await ann.next(changed);
    const second = await models.connection(1);
    await ready(second, 1);
    await second.close(1008, "API key not valid.");
    await ann.next((event) => event.errorCode === "UPSTREAM_UNAUTHENTICATED");
    await evictDurableObject(env.CONVERSATION.getByName(object));
    ann.send({ type: "text", text: "And 9?" });
    const third = await models.connection(2);
    await third.until(({ received }) => received.length > 0);
    expect(JSON.stringify(third.received[0])).toContain("check_prime");
  });
});

describe("[MOVE7] after a pause the root goes on in place of an agent that may not transfer to its parent", () => {
  const shy = agent({
    name: "shy",
    model: "gemini-3.8-live",
    instruction: "You are shy.",
    disallowTransferToParent: true,
  });
  const root = agent({
    name: "root",
    model: "gemini-3.8-live",
    instruction: "You are the root.",
    subAgents: [shy],
  });
  /** A conversation whose last agent is shy. */
  const joinAfter = async (seconds: number) => {
    const { object, models, join } = newConversation();
    const [, user = "", sessionId] = JSON.parse(object) as string[];
    setAgent(object, root);
    const timestamp = Date.now() / 1000 - seconds;
    await rest("POST", sessionsPath(user), { sessionId, events: [{ author: "shy", timestamp }] });
    await runInDurableObject(env.CONVERSATION.getByName(object), (_, { storage }) =>
      storage.kv.put("lead", "shy"),
    );
    const ann = await join();
    const model = await models.connection(0);
    await model.until(({ received }) => received.length > 0);
    return { ann, setup: JSON.stringify(model.received[0]) };
  };

  it("a minute later the root, and all clients are notified", async () => {
    const { ann, setup } = await joinAfter(90);
    expect(setup).toContain("You are the root.");
    expect(await ann.next(changed)).toMatchObject({ agentChanged: { from: "shy", to: "root" } });
  });

  it("after a reload the same agent", async () => {
    const { ann, setup } = await joinAfter(10);
    expect(setup).toContain("You are shy.");
    expect(ann.events.some(changed)).toBe(false);
  });
});

describe("[MOVE5] a call still running at a transfer is answered as text to the agent that is active by then", () => {
  it("two calls in one message, one of them the transfer", async () => {
    const { ann, model, models } = await connectedConversation("dice");
    await model.send(inputTranscript("Roll, and is it prime?"), {
      toolCall: {
        functionCalls: [
          { id: "t1", name: "transfer_to_agent", args: { agent_name: "primes" } },
          { id: "c2", name: "roll_die", args: { sides: 6 } },
        ],
      },
    });
    await ann.next(changed);
    const second = await models.connection(1);
    const sent = JSON.stringify(await ready(second, 2));
    expect(sent).toContain("roll_die reports");
  });
});
