import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { tickMs } from "../../src/core/lateness.ts";
import { agent } from "../../src/agent/agent.ts";
import { silence, tone, VirtualClock } from "../support/scripted.ts";
import { connectedConversation, newConversation } from "./client.ts";
import type { FakeUpstream } from "./model.ts";
import { setAgent, setClock } from "./upstreams.ts";

const handle = (newHandle: string) => ({
  sessionResumptionUpdate: { newHandle, resumable: true },
});

const inputTranscript = (text: string) => ({ serverContent: { inputTranscription: { text } } });
const turnComplete = { serverContent: { turnComplete: true } };

/** The handle in a session's setup; undefined for a new session. */
async function requestedHandle(model: FakeUpstream): Promise<string | undefined> {
  await model.until(({ received }) => received.length > 0);
  const [first] = model.received;
  return first && "setup" in first ? first.setup.sessionResumption?.handle : undefined;
}

describe("[RESUME1] after goAway the upstream connection is replaced unnoticed", () => {
  it("the old socket first, the handle on the new one, no error and no duplicate", async () => {
    const { ann, model, models } = await connectedConversation();
    await model.send(handle("h1"), inputTranscript("Hi."), turnComplete, {
      goAway: { timeLeft: "30s" },
    });
    const second = await models.connection(1);
    expect(await requestedHandle(second)).toBe("h1");
    await model.until(({ closed }) => closed !== undefined);
    await second.send({ setupComplete: {} }, handle("h2"));
    ann.send({ type: "text", text: "And now?" });
    await second.until(({ received }) => received.length > 1);
    expect(second.received).toHaveLength(2);
    expect(JSON.stringify(second.received[1])).toContain("And now?");
    expect(ann.events.some((event) => event.errorCode ?? event.interrupted)).toBe(false);
  });
});

describe("[RESUME2] a lost session is resumed, and pending input is sent again", () => {
  it("audio that was not understood yet", async () => {
    const { ann, model, models } = await connectedConversation();
    await model.send(handle("h1"));
    for (let at = 0; at < 5; at++) ann.send(tone(100).buffer);
    await model.until(({ received }) => received.length > 5);
    await model.close(1011, "Internal error encountered.");
    const second = await models.connection(1);
    expect(await requestedHandle(second)).toBe("h1");
    await second.send({ setupComplete: {} });
    await second.until(({ received }) => received.length > 5);
    expect(JSON.stringify(second.received).split('"audio"')).toHaveLength(6);
    expect(ann.events.some((event) => event.interrupted)).toBe(false);
  });

  it("text that was not answered yet", async () => {
    const { ann, model, models } = await connectedConversation();
    await model.send(handle("h1"));
    ann.send({ type: "text", text: "What time is it?" });
    await model.until(({ received }) => received.length > 1);
    await model.close(1011, "Internal error encountered.");
    const second = await models.connection(1);
    expect(await requestedHandle(second)).toBe("h1");
    await second.send({ setupComplete: {} });
    await second.until(({ received }) => received.length > 1);
    expect(JSON.stringify(second.received[1])).toContain("What time is it?");
  });

  it("a running call is answered under its own id", async () => {
    const { model, models } = await connectedConversation("dice");
    await model.send(handle("h1"), {
      toolCall: { functionCalls: [{ id: "c1", name: "roll_die", args: { sides: 6 } }] },
    });
    await model.until(({ received }) => received.length > 1);
    await model.close(1011, "Internal error encountered.");
    const second = await models.connection(1);
    await requestedHandle(second);
    await second.send(
      { setupComplete: {} },
      {
        toolCall: { functionCalls: [{ id: "c2", name: "roll_die", args: { sides: 8 } }] },
      },
    );
    await second.until(({ received }) => received.length > 2);
    // The first session may have missed the response to the first call.
    for (const [at, id] of [
      [1, "c1"],
      [2, "c2"],
    ] as const)
      expect(second.received[at]).toMatchObject({ toolResponse: { functionResponses: [{ id }] } });
  });
});

describe("[RESUME3] if the service rejects the handle, a new session is seeded with the history", () => {
  it("at once, with the history", async () => {
    const { model, models } = await connectedConversation();
    await model.send(handle("h1"), inputTranscript("Hi."), turnComplete, {
      goAway: { timeLeft: "30s" },
    });
    const second = await models.connection(1);
    await requestedHandle(second);
    await second.close(1008, "BidiGenerateContent session not found");
    const third = await models.connection(2);
    expect(await requestedHandle(third)).toBeUndefined();
    await third.send({ setupComplete: {} });
    await third.until(({ received }) => received.length > 1);
    expect(JSON.stringify(third.received[1])).toContain("Hi.");
  });
});

describe("[RESUME4] the resumption handle outlives the object", () => {
  it("an evicted object resumes at the next message", async () => {
    const { ann, object, model, models } = await connectedConversation();
    await model.send(handle("h1"), turnComplete);
    await model.close(1008, "API key not valid.");
    await ann.next((event) => event.errorCode === "UPSTREAM_UNAUTHENTICATED");
    await evictDurableObject(env.CONVERSATION.getByName(object));
    ann.send({ type: "text", text: "Still there?" });
    expect(await requestedHandle(await models.connection(1))).toBe("h1");
  });
});

describe("[GATE4] the relay forwards speech and not silence", () => {
  it("with its beginning, and marks the pause of the stream", async () => {
    const { ann, model } = await connectedConversation();
    for (let at = 0; at < 50; at++) ann.send(silence(100).buffer);
    for (let at = 0; at < 5; at++) ann.send(tone(100).buffer);
    for (let at = 0; at < 50; at++) ann.send(silence(100).buffer);
    ann.send({ type: "text", text: "Done." });
    await model.until(({ received }) => JSON.stringify(received.at(-1)).includes("Done."));
    const sent = model.received.map((message) => JSON.stringify(message));
    expect(sent.filter((each) => each.includes('"audio"')).length).toBeLessThan(45);
    expect(sent.filter((each) => each.includes("audioStreamEnd"))).toHaveLength(1);
  });
});

describe("[LINK15] 3 s into speech a sign is due only from a model that announces speech", () => {
  it("from another, no timer is set for it: it would ring without end", async () => {
    const { object, join, models } = newConversation();
    const clock = new VirtualClock();
    setClock(object, clock);
    setAgent(object, agent({ name: "assistant", model: "gemini-3.1-flash-live" }));
    const ann = await join();
    const model = await models.connection(0);
    await model.until(({ received }) => received.length > 0);
    await model.send({ setupComplete: {} });
    for (let at = 0; at < 500; at += 100) ann.send(tone(100).buffer);
    await model.until(({ received }) => received.length > 5);
    const rung = await runInDurableObject(env.CONVERSATION.getByName(object), async () => {
      const set = vi.spyOn(clock, "after");
      // Until the relay ends an utterance whose audio has stopped (GATE6).
      for (let at = 0; at < 14; at++) await clock.advance(100);
      return set.mock.calls.filter(([ms]) => ms !== tickMs).length;
    });
    expect(rung).toBe(0);
  });
});
