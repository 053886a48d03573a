import { runDurableObjectAlarm } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it, vi } from "vitest";
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

describe("[PRESENCE3] an alarm disconnects a client that has sent ping and none for 150 s", () => {
  it("without a join: goAway, close 1001, and the others receive that it left", async () => {
    const { object, joinNative, ann, hello } = await nativeConversation();
    const bob = await joinNative();
    await bob.hello();
    await ping(ann);
    await acknowledge(bob);
    await runAlarmAt(object, Date.now() + 150_000);
    expect(await ann.next("goAway")).toMatchObject({ again: true });
    expect((await ann.untilClosed()).code).toBe(1001);
    const left = await bob.next("presence", ({ change }) => change === "left");
    expect(left.participant.id).toBe(hello.you);
    await acknowledge(bob);
    expect(bob.of("presence")).toHaveLength(2);
    expect(bob.closed).toBeUndefined();
  });

  it("a client that goes on sending ping stays, until it stops too", async () => {
    const { object, joinNative, ann } = await nativeConversation();
    const bob = await joinNative();
    await bob.hello();
    await ping(ann);
    // The runtime's times of the pings are real: `between` is later than the first and earlier than the second.
    const between = await nextMillisecond();
    await nextMillisecond();
    await ping(bob);
    await acknowledge(bob);
    await runAlarmAt(object, between + 150_000);
    expect((await ann.untilClosed()).code).toBe(1001);
    await bob.next("presence", ({ change }) => change === "left");
    await acknowledge(bob);
    expect(bob.closed).toBeUndefined();
    await runAlarmAt(object, Date.now() + 150_000);
    expect((await bob.untilClosed()).code).toBe(1001);
  });

  it("an ADK client that sent ping, without any other client", async () => {
    const { object, models, join } = newConversation();
    const eve = await join();
    await models.connection(0);
    eve.send("ping");
    await expect.poll(() => eve.frames.at(-1)).toBe("pong");
    await runAlarmAt(object, Date.now() + 150_000);
    expect((await eve.untilClosed()).code).toBe(1001);
  });

  it("a client that never sent ping stays, in every protocol", async () => {
    const { object, join, ann } = await nativeConversation();
    const eve = await join();
    await acknowledge(ann);
    await runAlarmAt(object, Date.now() + 600_000);
    await acknowledge(ann);
    expect(ann.of("goAway")).toEqual([]);
    expect([ann.closed, eve.closed]).toEqual([undefined, undefined]);
  });
});

async function nextMillisecond(): Promise<number> {
  const now = Date.now();
  await expect.poll(() => Date.now()).toBeGreaterThan(now + 1);
  return Date.now();
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
