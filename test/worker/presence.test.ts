import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
import { limits } from "../../src/core/policy/limits.ts";
import { LateClock } from "../support/late-clock.ts";
import { scriptedPorts } from "../support/scripted.ts";
import type { NativeClient } from "./native.ts";
import { newConversation } from "./client.ts";
import { loudAudio, nativeConversation } from "./native-conversation.ts";

describe("[PRESENCE1] joins, leaves and changes are published, in every protocol", () => {
  it("joined, role, muted, unmuted, left with a reason, once", async () => {
    const { joinNative, join, ann } = await nativeConversation();
    const [bob, eve] = [await joinNative(), await join()];
    const { you } = await bob.hello();
    bob.send({ type: "mute", on: true });
    bob.send({ type: "mute", on: true });
    bob.send({ type: "mute", on: false });
    bob.send({ type: "hello", role: "listener" });
    await bob.next("presence", ({ change }) => change === "role");
    bob.send({ type: "bye", reason: "Lunch." });
    expect(await bob.untilClosed()).toEqual({ code: 1000, reason: "Lunch." });
    eve.close();
    await ann.next(
      "presence",
      ({ change, participant }) => change === "left" && participant.id !== you,
    );
    const changes = ann
      .of("presence")
      .map(({ change, participant, reason }) => [
        change,
        participant.id === you ? participant.role : "",
        ...(reason ? [reason] : []),
      ]);
    expect(changes).toEqual([
      ["joined", ""],
      ["joined", ""],
      ["joined", "speaker"],
      ["muted", "speaker"],
      ["unmuted", "speaker"],
      ["role", "listener"],
      ["left", "listener", "Lunch."],
      ["left", ""],
    ]);
  });

  it("a client that never sent hello was never a participant", async () => {
    const { joinNative, ann } = await nativeConversation();
    (await joinNative()).close();
    const bob = await joinNative();
    await bob.hello();
    await ann.next("presence", ({ participant }) => participant.id === bob.of("hello")[0]?.you);
    expect(ann.of("presence")).toHaveLength(2);
  });
});

describe("[PRESENCE2] the speaking participant is published as the floor moves", () => {
  it("until they stop, are muted, or leave", async () => {
    const { joinNative, ann, hello } = await nativeConversation();
    const bob = await joinNative();
    const { you } = await bob.hello();
    ann.send(loudAudio());
    ann.send(loudAudio());
    ann.send({ type: "audioEnd" });
    await bob.next("presence", ({ change }) => change === "silent");
    bob.send(loudAudio());
    bob.send({ type: "mute", on: true });
    await ann.next(
      "presence",
      ({ change, participant }) => change === "silent" && participant.id === you,
    );
    ann.send(loudAudio());
    await bob.next(
      "presence",
      ({ change, participant }) => change === "speaking" && participant.id === hello.you,
    );
    ann.close();
    await bob.next("presence", ({ change }) => change === "left");
    const names = new Map([
      [hello.you, "ann"],
      [you, "bob"],
    ]);
    const changes = bob
      .of("presence")
      .map(({ change, participant: { id } }) => `${names.get(id)} ${change}`);
    expect(changes).toEqual([
      "bob joined",
      "ann speaking",
      "ann silent",
      "bob speaking",
      "bob muted",
      "bob silent",
      "ann speaking",
      "ann left",
    ]);
  });
});

describe("[PRESENCE3] an alarm asks a silent client whether it lives, and disconnects it if it does not answer", () => {
  it("without a join: goAway, close 1001, and the others receive that it left", async () => {
    const { joinNative, ann, hello, askSilent, passAnswerTime } = await watchedConversation();
    const bob = await joinNative();
    await bob.hello();
    await askSilent();
    await ann.next("probe");
    await bob.next("probe");
    await acknowledge(bob);
    await passAnswerTime();
    expect(await ann.next("goAway")).toMatchObject({ again: true });
    expect((await ann.untilClosed()).code).toBe(1001);
    const left = await bob.next("presence", ({ change }) => change === "left");
    expect(left.participant.id).toBe(hello.you);
    await acknowledge(bob);
    expect(bob.of("presence")).toHaveLength(2);
    expect(bob.closed).toBeUndefined();
  });

  it("a client that answers stays, until it stops too", async () => {
    const { ann, askSilent, passAnswerTime } = await watchedConversation();
    for (let times = 1; times <= 2; times++) {
      await askSilent();
      await ann.next("probe");
      await ping(ann);
      await passAnswerTime();
      await acknowledge(ann);
      expect(ann.of("goAway")).toEqual([]);
    }
    await askSilent();
    await passAnswerTime();
    expect((await ann.untilClosed()).code).toBe(1001);
  });

  it("a client that was heard within the time is not asked", async () => {
    const { object, ann } = await watchedConversation();
    await acknowledge(ann);
    await runAlarmAt(object, Date.now() + 30_000);
    await acknowledge(ann);
    expect(ann.of("probe")).toEqual([]);
  });

  it("an answer that waited for an object that was late counts", async () => {
    const { ann, clock, inObject, askSilent } = await watchedConversation();
    await askSilent();
    await ann.next("probe");
    // The timer rings before the frames that have come meanwhile.
    await inObject(() => {
      clock.stop(60_000);
      clock.run(0);
    });
    await ping(ann);
    await inObject(() => clock.run(10_000));
    await acknowledge(ann);
    expect(ann.of("goAway")).toEqual([]);
  });
});

describe("[PRESENCE4] the question disturbs no hibernation", () => {
  it("no hello comes, neither with it nor with the answer", async () => {
    // An object whose timer measures its lateness does not hibernate.
    const { object, ann, model } = await nativeConversation("", scriptedPorts().clock);
    await model.close(1007, "API key not valid. Please pass a valid API key.");
    await ann.event(({ errorCode }) => errorCode === "UPSTREAM_UNAUTHENTICATED");
    ann.ack();
    await evictDurableObject(env.CONVERSATION.getByName(object));
    await runAlarmAt(object, Date.now() + 60_000);
    await ann.next("probe");
    await ping(ann);
    expect(ann.of("hello")).toHaveLength(1);
  });
});

describe("[PRESENCE5] an alarm disconnects a client of another protocol that has sent ping and none for 150 s", () => {
  it("without any other client", async () => {
    const { object, models, join } = newConversation();
    const eve = await join();
    await models.connection(0);
    eve.send("ping");
    await expect.poll(() => eve.frames.at(-1)).toBe("pong");
    await runAlarmAt(object, Date.now() + 149_000);
    eve.send("ping");
    await expect.poll(() => eve.frames.filter((frame) => frame === "pong")).toHaveLength(2);
    await runAlarmAt(object, Date.now() + 150_000);
    expect((await eve.untilClosed()).code).toBe(1001);
  });

  it("a client that never sent ping stays", async () => {
    const { object, join, ann } = await watchedConversation();
    const eve = await join();
    await acknowledge(ann);
    await runAlarmAt(object, Date.now() + 600_000);
    await acknowledge(ann);
    expect([ann.closed, eve.closed]).toEqual([undefined, undefined]);
  });
});

/** A conversation whose alarm and whose time for an answer the test controls. */
async function watchedConversation() {
  const clock = new LateClock();
  const conversation = await nativeConversation("", clock);
  const { object, ann } = conversation;
  await acknowledge(ann);
  let silentMs = 0;
  const inObject = (step: () => void) =>
    runInDurableObject(env.CONVERSATION.getByName(object), step);
  return {
    ...conversation,
    clock,
    inObject,
    /** Runs the alarm when all clients were silent for long. */
    askSilent: () => runAlarmAt(object, Date.now() + (silentMs += 40_000)),
    passAnswerTime: () => inObject(() => clock.run(10_000)),
  };
}

async function ping(client: NativeClient): Promise<void> {
  client.send("ping");
  await expect.poll(() => client.frames.at(-1)).toBe("pong");
}

/**
 * Acknowledges all frames: else the relay closes the client as a slow one when the clock jumps. Resolves when the relay
 * has processed it, which a refused request shows; a close that was sent before has arrived by then, too.
 */
async function acknowledge(client: NativeClient): Promise<void> {
  client.ack();
  client.send({ type: "mute", on: true, who: "none" });
  await client.next("error");
}

/** Runs the alarm that the object has set, at a time of its clock. */
async function runAlarmAt(object: string, now: number): Promise<void> {
  vi.useFakeTimers({ toFake: ["Date"], now });
  try {
    expect(await runDurableObjectAlarm(env.CONVERSATION.getByName(object))).toBe(true);
  } finally {
    vi.useRealTimers();
  }
}

it("[LIMIT38] an unmute above the limit of changes is refused; a mute always passes", async () => {
  const { ann, joinNative } = await nativeConversation("", scriptedPorts().clock);
  const bob = await joinNative();
  await bob.hello();
  for (let n = 0; n <= limits.stateChanges.value * limits.stateChanges.burstS; n++)
    ann.send({ type: "mute", on: false });
  expect(await ann.next("error")).toMatchObject({ code: "RATE_LIMITED" });
  ann.send({ type: "mute", on: true });
  await bob.next("presence", ({ change }) => change === "muted");
  ann.send({ type: "mute", on: false });
  expect(await ann.next("error")).toMatchObject({ code: "RATE_LIMITED" });
  expect((await bob.hello()).participants.filter(({ muted }) => muted)).toHaveLength(1);
});
