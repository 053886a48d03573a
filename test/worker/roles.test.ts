import { describe, expect, it } from "vitest";
import {
  loudAudio,
  turnCompleteMessage,
  transcriptMessage,
  nativeConversation,
  audioMessage,
} from "./native-conversation.ts";

describe("[ROLE4] a role is granted on connection, and hello may lower it", () => {
  it("an observer cannot become a speaker and keeps its role", async () => {
    const { joinNative } = await nativeConversation();
    const bob = await joinNative("&role=listener");
    expect(await bob.hello({ role: "speaker" })).toMatchObject({ role: "listener" });
    expect(await bob.next("error")).toMatchObject({
      code: "NOT_ALLOWED",
      message: expect.stringContaining("listener"),
    });
    expect(await bob.hello({ role: "observer" })).toMatchObject({ role: "observer" });
    expect(await bob.hello({ role: "listener" })).toMatchObject({ role: "listener" });
  });
});

describe("[ROLE5] a forbidden request is refused with an error and does not reach the model", () => {
  it("reports an open microphone once and not for every frame", async () => {
    const { joinNative, model } = await nativeConversation();
    const [bob, eve] = [await joinNative("&role=listener"), await joinNative()];
    await Promise.all([bob.hello(), eve.hello()]);
    for (let at = 0; at < 5; at++) bob.send(loudAudio());
    bob.send({ type: "text", text: "May I?" });
    bob.send({ type: "mute", on: true });
    bob.send({ type: "hello" });
    await bob.next("hello");
    expect(
      bob.of("error").map(({ code, message }) => [code, message.match(/\w+ing\b/)?.[0]]),
    ).toEqual([
      ["NOT_ALLOWED", "speaking"],
      ["NOT_ALLOWED", "typing"],
      ["NOT_ALLOWED", "muting"],
    ]);
    eve.send({ type: "text", text: "I may." });
    await model.until(({ received }) => received.length > 1);
    expect(model.received.slice(1)).toMatchObject([{ clientContent: {} }]);
  });

  it("with the ADK protocol too", async () => {
    const { join, model } = await nativeConversation();
    const bob = await join("&role=observer");
    bob.send({ type: "text", text: "May I?" });
    expect(await bob.next()).toMatchObject({ errorCode: "NOT_ALLOWED" });
    expect(model.received).toHaveLength(1);
  });
});

describe("[ROLE6] an observer receives no audio, in either protocol", () => {
  it("but all of the text", async () => {
    const { joinNative, join, ann, model } = await nativeConversation();
    const [bob, eve] = [await joinNative("&role=observer"), await join("&role=observer")];
    await bob.hello();
    await model.send(audioMessage(480), transcriptMessage("Hi."), turnCompleteMessage);
    await bob.event(({ turnComplete }) => turnComplete === true);
    await eve.next(({ turnComplete }) => turnComplete === true);
    await ann.event(({ turnComplete }) => turnComplete === true);
    expect([bob.of("sound").length, ann.of("sound").length]).toEqual([0, 1]);
    expect(eve.frames.join()).not.toContain("inlineData");
    expect(eve.events.map(({ outputTranscription }) => outputTranscription?.text)).toContain("Hi.");
  });
});

describe("[ROLE7] an operator mutes a participant", () => {
  it("that is notified, not forwarded, and may not unmute itself; its audio stream ends", async () => {
    const { joinNative, ann, hello, model } = await nativeConversation();
    const boss = await joinNative("&role=operator");
    await boss.hello();
    ann.send(loudAudio());
    await model.until(({ received }) => received.length > 1);
    boss.send({ type: "mute", on: true, who: hello.you });
    const muted = await ann.next("presence", ({ change }) => change === "muted");
    expect(muted.participant).toEqual({ id: hello.you, role: "speaker", muted: "operator" });
    await model.until(({ received }) => JSON.stringify(received.at(-1)).includes("audioStreamEnd"));
    const before = model.received.length;
    ann.send(loudAudio());
    expect(await ann.next("error")).toMatchObject({ code: "MUTED" });
    ann.send({ type: "mute", on: false });
    expect(await ann.next("error")).toMatchObject({ code: "MUTED" });
    boss.send({ type: "mute", on: false, who: hello.you });
    await ann.next("presence", ({ change }) => change === "unmuted");
    expect(model.received).toHaveLength(before);
    ann.send(loudAudio());
    await model.until(({ received }) => received.length > before);
    boss.send({ type: "mute", on: true, who: "nobody" });
    expect(await boss.next("error")).toMatchObject({ code: "NOT_FOUND" });
  });
});

describe("[ROLE8] an operator ends the conversation for all clients", () => {
  it("all receive the reason, and the upstream connection closes", async () => {
    const { joinNative, join, ann, model } = await nativeConversation();
    const [boss, eve] = [await joinNative("&role=operator"), await join()];
    await boss.hello();
    boss.send({ type: "end", reason: "The shop is closing." });
    expect(await ann.next("goAway")).toMatchObject({
      code: 1000,
      message: "The shop is closing.",
      again: false,
    });
    for (const each of [ann, boss, eve])
      expect(await each.untilClosed()).toEqual({ code: 1000, reason: "The shop is closing." });
    await model.until(({ closed }) => closed !== undefined);
  });
});
