import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { agents } from "../../src/agents/index.ts";
import { readConfig } from "../../src/config.ts";
import { tickMs } from "../../src/core/lateness.ts";
import { LateClock } from "../support/late-clock.ts";
import { VirtualClock } from "../support/scripted.ts";
import {
  turnCompleteMessage,
  transcriptMessage,
  nativeConversation,
  audioMessage,
} from "./native-conversation.ts";
import { secret, tokenFor } from "./tokens.ts";
import { setAuth } from "./upstreams.ts";
import { eventually } from "../support/eventually.ts";

/** 100 ms of audio. */
const piece = audioMessage(2_400);
const flood = (pieces: number) => Array.from({ length: pieces }, () => piece);

/** A conversation of ann and bob whose time passes by hand. */
async function passing() {
  const clock = new VirtualClock();
  const conversation = await nativeConversation("", clock);
  const bob = await conversation.joinNative();
  await bob.hello();
  const pass = (ms: number) =>
    runInDurableObject(env.CONVERSATION.getByName(conversation.object), () => {
      vi.setSystemTime(Date.now() + ms);
      return clock.advance(ms);
    });
  return { ...conversation, clock, bob, pass };
}

describe("[FLOW6] a client that does not read slows no other and is closed with a reason", () => {
  it("it receives 256 KiB, the others everything; after ten seconds it may reconnect", async () => {
    const { joinNative, ann, model } = await nativeConversation();
    const bob = await joinNative();
    await bob.hello();
    const { after } = bob;
    await model.send(...flood(50));
    await eventually(() => expect(ann.of("sound")).toHaveLength(50));
    ann.ack();
    await model.send(...flood(50), transcriptMessage("There."));
    await ann.event(({ outputTranscription }) => outputTranscription !== undefined);
    ann.ack();
    expect(ann.of("sound")).toHaveLength(100);
    expect(bob.of("sound")).toHaveLength(Math.floor((256 * 1024) / 4_804));
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 10_001 });
    try {
      await model.send(turnCompleteMessage);
      expect(await bob.next("goAway")).toMatchObject({ code: 1013, again: true });
      expect((await bob.untilClosed()).code).toBe(1013);
      await ann.event(({ turnComplete }) => turnComplete === true);
      const again = await joinNative();
      expect(await again.hello({ after })).toMatchObject({ resumed: true });
      expect(await again.next("skipped")).toMatchObject({ ms: 10_000 });
      expect(await again.event(({ turnComplete }) => turnComplete === true)).toBeDefined();
    } finally {
      vi.useRealTimers();
    }
  });

  it("[FLOW7] without a further frame too, by a timer that ends", async () => {
    const { clock, ann, bob, model, pass } = await passing();
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
    try {
      await model.send(piece, turnCompleteMessage);
      await ann.event(({ turnComplete }) => turnComplete === true);
      ann.ack();
      await pass(9_000);
      expect(bob.closed).toBeUndefined();
      await pass(2_000);
      expect(await bob.untilClosed()).toMatchObject({ code: 1013 });
      // What has told of bob's leaving.
      await ann.next("presence", ({ change }) => change === "left");
      ann.ack();
      ann.send({ type: "ack", seq: 0 });
      // The upstream's own.
      await eventually(async () => {
        await pass(tickMs);
        expect(clock.armedTimers).toBe(1);
      });
      await pass(20_000);
      expect(ann.closed).toBeUndefined();
    } finally {
      vi.useRealTimers();
    }
  });

  it.each([
    ["only says hello", undefined],
    ["acknowledges what was never sent", 1_000_000],
  ])("[FLOW12] nor does a client stay that %s", async (_, seq) => {
    const { ann, bob, model, pass } = await passing();
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
    try {
      for (let second = 0; !bob.closed && second < 14; second += 2) {
        await model.send(piece, turnCompleteMessage);
        await ann.event(({ turnComplete }) => turnComplete === true);
        ann.ack();
        bob.send({ type: "hello", after: ann.after });
        if (seq !== undefined) bob.send({ type: "ack", seq });
        await pass(2_000);
      }
      expect(await bob.untilClosed()).toMatchObject({ code: 1013 });
      expect(ann.closed).toBeUndefined();
    } finally {
      vi.useRealTimers();
    }
  });

  it("[FLOW12] a client that says hello again, and acknowledges the answer, stays", async () => {
    const clock = new VirtualClock();
    const { object, ann, model } = await nativeConversation("", clock);
    const pass = (ms: number) =>
      runInDurableObject(env.CONVERSATION.getByName(object), () => {
        vi.setSystemTime(Date.now() + ms);
        return clock.advance(ms);
      });
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
    try {
      await model.send(piece, turnCompleteMessage, piece);
      await ann.event(({ turnComplete }) => turnComplete === true);
      await pass(6_000);
      // The conversation so far has no audio.
      await ann.hello();
      ann.ack();
      await pass(6_000);
      ann.send({ type: "hello", after: ann.after });
      await ann.next("hello");
      expect(ann.closed).toBeUndefined();
    } finally {
      vi.useRealTimers();
    }
  });

  it("a client that is slow for two seconds receives the amount of skipped audio", async () => {
    const { ann, model } = await nativeConversation();
    await model.send(piece);
    await ann.next("sound");
    const now = Date.now();
    vi.useFakeTimers({ toFake: ["Date"], now: now + 3_000 });
    try {
      await model.send(...flood(5), transcriptMessage("There."));
      expect(await ann.next("skipped")).toMatchObject({ ms: 500 });
      await ann.event(({ outputTranscription }) => outputTranscription !== undefined);
      ann.ack();
      await model.send(piece);
      await ann.next("sound");
    } finally {
      vi.useRealTimers();
    }
  });

  it("with an ADK protocol, audio is paced and complete", async () => {
    const { join, ann, model } = await nativeConversation();
    const audioCount = () => eve.events.filter(({ content }) => content).length;
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
    const eve = await join();
    try {
      await model.send(...flood(50), transcriptMessage("There."));
      await ann.event(({ outputTranscription }) => outputTranscription !== undefined);
      expect(audioCount()).toBe(40);
    } finally {
      vi.useRealTimers();
    }
    await eventually(() => expect(audioCount()).toBe(50));
  });
});

describe("[FLOW9] the time in which the object was late does not count against a client", () => {
  it.each([
    ["the timer before the frames", true],
    ["the frames before the timer", false],
  ])(
    "%s: no audio is skipped, and a client that reads nothing is closed ten seconds later",
    async (_, timerFirst) => {
      const clock = new LateClock();
      const { object, ann, model } = await nativeConversation("", clock);
      const inObject = (step: () => void) =>
        runInDurableObject(env.CONVERSATION.getByName(object), step);
      vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
      try {
        await model.send(piece);
        await ann.next("sound");
        await inObject(() => {
          vi.setSystemTime(Date.now() + 11_000);
          clock.stop(11_000);
          if (timerFirst) clock.run(0);
        });
        await model.send(...flood(5), transcriptMessage("There."));
        await ann.event(({ outputTranscription }) => outputTranscription !== undefined);
        expect(ann.of("sound")).toHaveLength(6);
        expect(ann.of("skipped")).toEqual([]);
        for (let second = 0; second < 11; second++)
          await inObject(() => {
            vi.setSystemTime(Date.now() + 1_000);
            clock.run(1_000);
          });
        expect(await ann.untilClosed()).toMatchObject({ code: 1013 });
      } finally {
        vi.useRealTimers();
      }
    },
  );
});

/** The client reads all of the long answer with each `hello`: as the conversation so far, or as what it missed. */
const greetings = [
  { name: "the conversation so far", resumes: false },
  { name: "what the client missed", resumes: true },
];

describe("[FLOW11] What the relay sends to one client alone counts as unread, too", () => {
  it.each(greetings)(
    "$name: a client that asks by `hello` and acknowledges nothing is closed; the others go on",
    async ({ resumes }) => {
      const { ann, joinNative, model, before } = await withLongAnswer();
      const eve = await joinNative();
      for (let each = 0; each < 60; each++)
        eve.send({ type: "hello", role: "observer", ...(resumes && { after: before }) });
      expect(await eve.untilClosed()).toMatchObject({ code: 1013 });
      expect(sizeOf(eve.frames)).toBeGreaterThan(3 * 1024 * 1024);
      expect(sizeOf(eve.frames)).toBeLessThan(5 * 1024 * 1024);
      await model.send(piece);
      await ann.next("sound");
      expect(ann.closed).toBeUndefined();
    },
  );

  it.each([
    ["errors", () => refusedText],
    ["answers to a renewed token", (token: string) => ({ type: "token", token })],
  ] as const)("%s are counted with them", { timeout: 20_000 }, async (_, frameWith) => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
    onTestFinished(() => void vi.useRealTimers());
    const { joinNative, object } = await withLongAnswer(30 * 1024);
    setAuth(object, { ...readConfig(env, agents).auth, secret, anonymous: false });
    const frame = frameWith(await tokenFor());
    const eve = await joinNative();
    await eve.hello({ role: "observer" });
    const left = () => mostUnread - sizeOf(eve.frames);
    const ask = async (frames: readonly unknown[]) => {
      // Its frames are within their limit.
      vi.setSystemTime(Date.now() + 2_000);
      const before = eve.received.length;
      for (const each of frames) eve.send(JSON.stringify(each));
      await eventually(() =>
        expect(eve.closed ?? eve.received.length).toBeGreaterThanOrEqual(before + frames.length),
      );
    };
    const fitting = Math.floor(left() / sizeOf(eve.frames));
    await ask(Array.from({ length: fitting }, () => ({ type: "hello", role: "observer" })));
    await ask([refusedText]);
    const errorSize = eve.frames.at(-1)?.length ?? 0;
    await ask(Array.from({ length: Math.floor((left() - 2_048) / errorSize) }, () => refusedText));
    expect(left()).toBeLessThan(4_096);
    expect(eve.closed).toBeUndefined();
    for (let each = 0; each < 110; each++) eve.send(JSON.stringify(frame));
    expect(await eve.untilClosed()).toMatchObject({ code: 1013 });
    // By what it left unread, and not after ten seconds in which it acknowledged nothing.
    expect(left()).toBeGreaterThan(-2 * 1024);
    expect(eve.of("error").every(({ code }) => code === "NOT_ALLOWED")).toBe(true);
  });
});

const mostUnread = 4 * 1024 * 1024;
/** An observer may not type. */
const refusedText = { type: "text", text: "Hi.", id: "0".repeat(64) };

describe("[LIMIT17] A request must cost what its answer weighs", () => {
  it.each(greetings)(
    "$name: a client that acknowledges gets about 8 MiB of answers at once, and an error for the rest",
    async ({ resumes }) => {
      const { ann, joinNative, before } = await withLongAnswer();
      const seq = Number(ann.after.split(".")[1]);
      const eve = await joinNative();
      for (let each = 0; each < 120; each++) {
        eve.send({ type: "hello", role: "observer", ...(resumes && { after: before }) });
        if (each % 10 === 0) eve.send({ type: "ack", seq });
      }
      expect(await eve.next("error")).toMatchObject({ code: "TOO_MANY_FRAMES" });
      expect(sizeOf(eve.frames)).toBeGreaterThan(7 * 1024 * 1024);
      expect(sizeOf(eve.frames)).toBeLessThan(9 * 1024 * 1024);
      expect(eve.closed).toBeUndefined();
    },
  );
});

/** A conversation whose `hello` has about so many characters. */
async function withLongAnswer(characters = 100 * 1024) {
  const conversation = await nativeConversation();
  const { ann, model } = conversation;
  const before = ann.after;
  await model.send(transcriptMessage("x".repeat(characters)), turnCompleteMessage);
  await ann.event(({ turnComplete }) => turnComplete === true);
  return { ...conversation, before };
}

const sizeOf = (frames: readonly (string | Uint8Array)[]): number =>
  frames.reduce((sum, { length }) => sum + length, 0);
