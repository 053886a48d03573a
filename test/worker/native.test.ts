import { abortAllDurableObjects, evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { tickMs } from "../../src/core/lateness.ts";
import { formatResumePoint } from "../../src/wire/parley-v1.ts";
import { agent } from "../../src/agent/agent.ts";
import type { Hooks } from "../../src/agent/hooks.ts";
import { newConversation } from "./client.ts";
import { connectNative, pathOf } from "./native.ts";
import { scriptedPorts, VirtualClock } from "../support/scripted.ts";
import { setAgent, setClock } from "./upstreams.ts";
import {
  turnCompleteMessage,
  transcriptMessage,
  nativeConversation,
  audioMessage,
} from "./native-conversation.ts";

describe("[NATIVE6] the subprotocol selects the protocol, and nothing is sent before hello", () => {
  it("hello carries identity, resume point and participants; the join is published", async () => {
    const { object, join, hello } = await nativeConversation();
    expect(hello).toMatchObject({ role: "speaker", resumed: false, events: [], state: {} });
    expect(hello.participants).toEqual([{ id: hello.you, role: "speaker" }]);
    await join();
    const { client: bob, answered } = await connectNative(pathOf(object), {
      "Sec-WebSocket-Protocol": "auth.x, parley.v1",
    });
    expect(answered).toBe("parley.v1");
    bob.send({ type: "text", text: "too soon" });
    expect(await bob.next("error")).toMatchObject({ code: "BAD_FRAME", action: "fix" });
    expect(bob.received).toHaveLength(1);
    expect((await bob.hello()).participants).toHaveLength(3);
    expect(await bob.next("presence")).toMatchObject({
      change: "joined",
      participant: { role: "speaker" },
    });
  });

  it("a refusal is an error of the protocol", async () => {
    const { client } = await connectNative("/ws/ann/s1?agent=nobody");
    expect(await client.next("error")).toMatchObject({ code: "UNKNOWN_AGENT" });
    expect((await client.untilClosed()).code).toBe(1008);
  });
});

describe("[NATIVE7] audio is binary, everything else JSON, and typed text is published with its sender", () => {
  it("a text that has the id of an event is refused: others would take it for that", async () => {
    const { joinNative, ann, model } = await nativeConversation();
    const bob = await joinNative();
    await bob.hello();
    await model.send(transcriptMessage("Hello."));
    const { event } = await ann.event(
      ({ outputTranscription }) => outputTranscription !== undefined,
    );
    ann.send({ type: "text", text: "Transfer the money.", id: event.id });
    expect(await ann.next("error")).toMatchObject({ code: "BAD_FRAME" });
    expect(model.received).toHaveLength(1);
    expect(bob.of("event").filter(({ event: each }) => each.id === event.id)).toHaveLength(1);
  });

  it("with increasing seq, the same bytes for all clients", async () => {
    const { joinNative, ann, hello, model } = await nativeConversation();
    const bob = await joinNative();
    await bob.hello();
    ann.send({ type: "text", text: "Hello", id: "ann-0001" });
    await model.until(({ received }) => received.length > 1);
    await model.send(audioMessage(480), transcriptMessage("Hi."), turnCompleteMessage);
    await Promise.all(
      [ann, bob].map((each) => each.event(({ turnComplete }) => turnComplete === true)),
    );
    const [typed] = bob.of("event");
    expect(typed).toMatchObject({
      from: hello.you,
      event: { id: "ann-0001", author: "user", content: { parts: [{ text: "Hello" }] } },
    });
    const [sound] = bob.of("sound");
    expect(sound?.pcm).toEqual(new Uint8Array(960).fill(7));
    expect(bob.of("event").some(({ event }) => event.content?.parts?.[0]?.inlineData)).toBe(false);
    const seqs = bob.received.slice(2).map(({ seq }) => seq);
    expect(seqs).toEqual(seqs.toSorted((a, b) => a - b));
    const from = ann.frames.length - bob.frames.length + 1;
    expect(ann.frames.slice(from)).toEqual(bob.frames.slice(1));
  });

  it("processes one message id once", async () => {
    const { ann, model } = await nativeConversation();
    for (const text of ["once", "once"]) ann.send({ type: "text", text, id: "id-000001" });
    ann.send({ type: "text", text: "twice", id: "id-000002" });
    await model.until(({ received }) => received.length > 2);
    expect(JSON.stringify(model.received.slice(1)).match(/once/g)).toHaveLength(1);
    expect(JSON.stringify(model.received[2])).toContain("twice");
  });
});

describe("[NATIVE11] a message that is not accepted is reported by its id and may be sent again", () => {
  it("when a hook blocks it, and when a role may not type", async () => {
    const { object, join, models } = newConversation();
    const verdicts: ({ block: string } | undefined)[] = [{ block: "Not now." }, undefined];
    const hooks: Hooks = { beforeModel: () => verdicts.shift() };
    setAgent(object, agent({ name: "ada", model: "gemini-3.8-live", hooks }));
    await join();
    const model = await models.connection(0);
    await model.until(({ received }) => received.length > 0);
    await model.send({ setupComplete: {} });
    const ann = (await connectNative(pathOf(object))).client;
    await ann.hello();
    const text = { type: "text", text: "Again?", id: "ann-0001" } as const;
    ann.send(text);
    await ann.event(({ errorCode }) => errorCode === "BLOCKED");
    expect(await ann.next("error")).toMatchObject({ code: "BLOCKED", id: "ann-0001" });
    expect(model.received).toHaveLength(1);
    ann.send(text);
    expect((await ann.next("event")).event.id).toBe("ann-0001");
    const bob = (await connectNative(`${pathOf(object)}&role=observer`)).client;
    await bob.hello();
    bob.send({ ...text, id: "bob-0001" });
    expect(await bob.next("error")).toMatchObject({ code: "NOT_ALLOWED", id: "bob-0001" });
  });
});

describe("[NATIVE8] a reconnecting client receives what it missed, once", () => {
  it("the same frames, while the replay buffer has them", async () => {
    const { joinNative, ann, model } = await nativeConversation();
    const bob = await joinNative();
    await bob.hello();
    await model.send(transcriptMessage("One "));
    await ann.event(({ outputTranscription }) => outputTranscription !== undefined);
    const { after } = ann;
    const received = ann.frames.length;
    ann.close(3000);
    await bob.next("presence", ({ change }) => change === "left");
    await model.send(audioMessage(480), transcriptMessage("two."), turnCompleteMessage);
    await bob.event(({ turnComplete }) => turnComplete === true);
    const again = await joinNative();
    const hello = await again.hello({ after });
    expect(hello).toMatchObject({ resumed: true, events: [], seq: ann.of("event").at(-1)?.seq });
    await again.next("presence", ({ change }) => change === "joined");
    const missed = again.received.slice(1);
    expect(missed.map(({ type }) => type)).toEqual([
      "sound",
      "event",
      "event",
      "event",
      "presence",
    ]);
    expect(again.frames.slice(1)).toEqual(bob.frames.slice(-5));
    expect(received).toBe(ann.frames.length);
  });

  it("after a restart: the logged events and the amount of missed audio", async () => {
    const { object, models, joinNative, ann, model } = await nativeConversation();
    ann.send({ type: "text", text: "Hello", id: "ann-0001" });
    await model.until(({ received }) => received.length > 1);
    const first = await ann.event(({ author }) => author === "user");
    const { after } = ann;
    await model.send(audioMessage(24_000), transcriptMessage("Hi."), turnCompleteMessage);
    await ann.event(({ turnComplete }) => turnComplete === true);
    await abortAllDurableObjects();
    expect(models.all).toHaveLength(1);
    const again = (await connectNative(pathOf(object))).client;
    const hello = await again.hello({ after });
    expect(hello.resumed).toBe(true);
    expect(hello.events).toMatchObject([
      { outputTranscription: { text: "Hi.", finished: true } },
      { turnComplete: true },
    ]);
    expect(hello.events.map(({ id }) => id)).not.toContain(first.event.id);
    expect(await again.next("skipped")).toMatchObject({ ms: 1_000 });
    const late = await joinNative();
    expect((await late.hello()).events).toHaveLength(3);
  });

  it("in the middle of an answer: its interruption, also to a client that received later deltas", async () => {
    const { object, ann, model } = await nativeConversation();
    await model.send(audioMessage(480), transcriptMessage("One is"));
    await ann.event(({ outputTranscription }) => outputTranscription !== undefined);
    await model.send(transcriptMessage(" one"));
    await ann.event(({ outputTranscription }) => outputTranscription?.text === " one");
    const { after } = ann;
    await abortAllDurableObjects();
    const again = (await connectNative(pathOf(object))).client;
    expect(await again.hello({ after })).toMatchObject({
      resumed: true,
      events: [{ outputTranscription: { finished: true } }, { interrupted: true }],
    });
  });

  it("an unknown resume point leads to the whole conversation", async () => {
    const { joinNative, ann, model, hello } = await nativeConversation();
    await model.send(transcriptMessage("Hi."), turnCompleteMessage);
    await ann.event(({ turnComplete }) => turnComplete === true);
    for (const after of [
      "nonsense",
      "1.1",
      formatResumePoint({ epoch: hello.epoch, seq: 9_999 }),
    ]) {
      const late = await joinNative();
      expect(await late.hello({ after })).toMatchObject({
        resumed: false,
        events: [{ outputTranscription: { text: "Hi." } }, { turnComplete: true }],
      });
    }
  });
});

describe("[NATIVE12] the replay buffer drops audio that every client has acknowledged", () => {
  const twoPieces = [audioMessage(2_400), audioMessage(2_400), transcriptMessage("So.")];

  /** Time passes by hand. Ann has acknowledged two frames of audio, bob has connected and acknowledged nothing. */
  async function spoken(bobSays: "hello" | "nothing") {
    const clock = new VirtualClock();
    const conversation = await nativeConversation("", clock);
    const { object, ann, joinNative } = conversation;
    const bob = await joinNative();
    if (bobSays === "hello") await bob.hello();
    const { after } = ann;
    /** The acknowledgement comes before the answer to the ping. */
    const acknowledge = async () => {
      ann.ack();
      ann.send("ping");
      await expect.poll(() => ann.frames.at(-1)).toBe("pong");
    };
    const speak = async () => {
      await conversation.model.send(...twoPieces);
      await ann.event(({ outputTranscription }) => outputTranscription !== undefined);
      await acknowledge();
    };
    await speak();
    const pass = (ms: number) =>
      runInDurableObject(env.CONVERSATION.getByName(object), () => clock.advance(ms));
    const leave = async () => {
      bob.close(3000);
      await ann.next("presence", ({ change }) => change === "left");
      await acknowledge();
    };
    return { ...conversation, bob, after, speak, pass, leave };
  }

  it("then a client with an older resume point gets the text, and how much audio is gone", async () => {
    const { bob, joinNative, after, pass } = await spoken("hello");
    bob.ack();
    bob.send("ping");
    await expect.poll(() => bob.frames.at(-1)).toBe("pong");
    await pass(tickMs);
    const late = await joinNative();
    expect(await late.hello({ after })).toMatchObject({ resumed: true, events: [] });
    expect(await late.next("skipped")).toMatchObject({ ms: 200 });
    await late.event(({ outputTranscription }) => outputTranscription?.text === "So.");
    expect(late.of("sound")).toEqual([]);
  });

  it("not before a client that reads slowly, and leaves, can have it", async () => {
    const { joinNative, after, pass, leave } = await spoken("hello");
    await pass(tickMs);
    await leave();
    await pass(tickMs);
    const again = await joinNative();
    expect(await again.hello({ after })).toMatchObject({ resumed: true });
    await again.event(({ outputTranscription }) => outputTranscription?.text === "So.");
    expect(again.of("sound")).toHaveLength(2);
    expect(again.of("skipped")).toEqual([]);
  });

  it("a minute after such a client left, it is dropped", async () => {
    const { joinNative, after, speak, pass, leave } = await spoken("hello");
    await leave();
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 60_001 });
    try {
      await speak();
      await pass(tickMs);
      const again = await joinNative();
      expect(await again.hello({ after })).toMatchObject({ resumed: true });
      // What was said before and after it left.
      expect(await again.next("skipped")).toMatchObject({ ms: 400 });
      expect(again.of("sound")).toEqual([]);
    } finally {
      vi.useRealTimers();
    }
  });

  it("not before a client that connects just now has said hello", async () => {
    const { bob, pass } = await spoken("nothing");
    await pass(tickMs);
    await bob.hello();
    await bob.event(({ outputTranscription }) => outputTranscription?.text === "So.");
    expect(bob.of("sound")).toHaveLength(2);
  });
});

describe("[NATIVE9] a client that joins late receives the conversation so far and the transcript of the answer in progress", () => {
  it("and its audio from then on; ADK clients receive nothing twice", async () => {
    const { joinNative, join, ann, model } = await nativeConversation();
    await model.send(
      transcriptMessage("Done."),
      turnCompleteMessage,
      audioMessage(480),
      transcriptMessage("Half "),
    );
    await ann.event(({ outputTranscription }) => outputTranscription?.text === "Half ");
    const [late, eve] = [await joinNative(), await join()];
    const hello = await late.hello();
    expect(hello.events).toMatchObject([
      { outputTranscription: { text: "Done." } },
      { turnComplete: true },
    ]);
    await model.send(audioMessage(960), transcriptMessage("way."), turnCompleteMessage);
    await late.event(({ turnComplete }) => turnComplete === true);
    expect(late.of("sound").map(({ pcm }) => pcm.byteLength)).toEqual([1_920]);
    const texts = late.of("event").flatMap(({ event }) => event.outputTranscription?.text ?? []);
    expect(texts).toEqual(["Half ", "way.", "Half way."]);
    await eve.next(({ turnComplete }) => turnComplete === true);
    expect(
      eve.events.flatMap(({ outputTranscription: transcript }) => transcript?.text ?? []),
    ).toEqual(["way.", "Half way."]);
  });
});

describe("[NATIVE10] clients stay connected during hibernation and receive a new hello when the object wakes", () => {
  it("a new epoch, and the conversation continues", async () => {
    // An object whose timer measures its lateness does not hibernate.
    const { clock } = scriptedPorts();
    const { object, models, ann, hello, model } = await nativeConversation("", clock);
    await model.send({ goAway: { timeLeft: "0s" } });
    await model.until(({ closed }) => closed !== undefined);
    const stub = env.CONVERSATION.getByName(object);
    const second = await models.connection(1);
    await second.until(({ received }) => received.length > 0);
    await second.close(1007, "API key not valid. Please pass a valid API key.");
    await ann.event(({ errorCode }) => errorCode === "UPSTREAM_UNAUTHENTICATED");
    // An object that waits for acknowledgements does not hibernate.
    ann.ack();
    await evictDurableObject(stub);
    ann.send({ type: "played", seq: 1, ms: 5 });
    const again = await ann.next("hello");
    expect(again).toMatchObject({ resumed: true, events: [], you: hello.you, seq: 0 });
    expect(again.epoch).toBeGreaterThan(hello.epoch);
    await runInDurableObject(stub, () => undefined);
  });

  it("a client whose hello comes after the hibernation receives events", async () => {
    const { object, models, join } = newConversation();
    // An object whose timer waits for a hello does not hibernate.
    setClock(object, scriptedPorts().clock);
    await join();
    const { client } = await connectNative(pathOf(object));
    const model = await models.connection(0);
    await model.until(({ received }) => received.length > 0);
    await model.close(1007, "API key not valid. Please pass a valid API key.");
    await evictDurableObject(env.CONVERSATION.getByName(object));
    await client.hello();
    client.send({ type: "text", text: "Hello?", id: "text-0001" });
    await client.event(({ id }) => id === "text-0001");
  });

  it("a ping is answered", async () => {
    const { ann } = await nativeConversation();
    ann.send("ping");
    await expect.poll(() => ann.frames.at(-1)).toBe("pong");
  });
});

describe("[LIMIT4] the connection after the hundredth is refused with CONVERSATION_FULL", () => {
  it("in the form of its protocol, and the others stay", async () => {
    const { ann, model, joinNative, join } = await nativeConversation();
    await Promise.all(Array.from({ length: 99 }, () => joinNative()));
    const [native, adk] = [await joinNative(), await join()];
    expect(await native.untilClosed()).toMatchObject({ code: 1013 });
    expect(native.of("error")).toMatchObject([{ code: "CONVERSATION_FULL", action: "slow down" }]);
    expect(await adk.untilClosed()).toMatchObject({ code: 1013 });
    expect(adk.events).toMatchObject([{ errorCode: "CONVERSATION_FULL" }]);
    await model.send(transcriptMessage("Hello."));
    await ann.event(({ outputTranscription }) => outputTranscription?.text === "Hello.");
  });
});
