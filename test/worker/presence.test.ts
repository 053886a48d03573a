import { describe, expect, it, vi } from "vitest";
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

describe("[PRESENCE3] a client that stops sending ping is disconnected", () => {
  it("when a client joins; a client that never sent ping stays connected", async () => {
    const { joinNative, ann, join } = await nativeConversation();
    const eve = await join();
    ann.send("ping");
    await vi.waitFor(() => expect(ann.frames.at(-1)).toBe("pong"));
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 151_000 });
    try {
      const bob = await joinNative();
      expect(await ann.next("goAway")).toMatchObject({ again: true });
      expect((await ann.untilClosed()).code).toBe(1001);
      expect((await bob.hello()).participants).toHaveLength(2);
      expect(eve.closed).toBeUndefined();
    } finally {
      vi.useRealTimers();
    }
  });
});
