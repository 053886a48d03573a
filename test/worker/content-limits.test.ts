/** Limits of the contents that Live API clients send. */
import { describe, expect, it } from "vitest";
import { limits } from "../../src/core/policy/limits.ts";
import { connectedLive, model, setupComplete, type Message } from "./live-client.ts";
import { setLimits } from "./upstreams.ts";

describe("[LIMIT28] contents cost typed messages, by the turns they complete and by their characters", () => {
  const history = { initialHistoryInClientContent: true };
  const messageLength = limits.textCharacters.value;
  const content = (text: string, complete: boolean) => ({
    clientContent: {
      turns: [
        { role: "user", parts: [{ text }] },
        { role: "model", parts: [{ text: "Go on." }] },
        { role: "user", parts: [{ text: "And?" }] },
      ],
      turnComplete: complete,
    },
  });
  const turn = (text: string) => ({
    clientContent: { turns: [{ role: "user", parts: [{ text }] }], turnComplete: true },
  });
  const limited = (message: Message): boolean => message["parley"]?.error?.code === "RATE_LIMITED";

  it("contents before the turn is complete cost their characters alone", async () => {
    const { client, object, upstream } = await connectedLive();
    setLimits(object, { typedTurns: 2 });
    for (const text of ["One.", "Two.", "Three."])
      client.send(content(text.padEnd(messageLength / 4, "a"), false));
    client.send(content("Four.", true));
    await upstream.until(({ received }) => JSON.stringify(received).includes("Four."));
    expect(JSON.stringify(upstream.received)).toContain("Three.");
    client.send(content("Five.", true));
    await client.next(limited);
    expect(JSON.stringify(upstream.received)).not.toContain("Five.");
  });

  it("many of them are refused like the messages that they could be", async () => {
    const { client, object, upstream } = await connectedLive();
    setLimits(object, { typedTurns: 2 });
    // Half a message is left after the first: fifteen seconds to the next one.
    const words = "a".repeat(1.5 * messageLength);
    for (const name of ["One", "Two", "Three"]) client.send(content(name + words, false));
    await client.next(limited);
    expect(client.closed).toBeUndefined();
    const sent = JSON.stringify(upstream.received);
    expect(["One", "Two", "Three"].map((name) => sent.includes(name))).toEqual([
      true,
      false,
      false,
    ]);
  });

  it("a long turn costs a message for each that it could be, and more than is left is owed", async () => {
    const { client, object, upstream } = await connectedLive();
    setLimits(object, { typedTurns: 2 });
    client.send(turn(`Long ${"a".repeat(4 * messageLength)}`));
    await upstream.until(({ received }) => JSON.stringify(received).includes("Long"));
    client.send(turn("Short."));
    const { parley } = await client.next(limited);
    // Five messages of two, and one more, at two a minute.
    expect(parley.error.message).toMatch(/ in (119|120) s\.$/);
    expect(JSON.stringify(upstream.received)).not.toContain("Short.");
  });

  it("the history with which a session begins costs its characters", async () => {
    const { client, object, upstream } = await connectedLive("assistant", {
      historyConfig: history,
    });
    setLimits(object, { typedTurns: 2 });
    client.send(content("Before.".padEnd(messageLength / 2, "a"), true));
    client.send({ realtimeInput: { text: "Hello." } });
    await upstream.until(({ received }) => JSON.stringify(received).includes("Hello."));
    expect(JSON.stringify(upstream.received)).toContain("Before.");
    client.send({ realtimeInput: { text: "Again." } });
    await client.next(limited);
  });

  it("and nothing in a conversation under way, which drops it", async () => {
    const { connect: open, object, upstream } = await connectedLive("assistant");
    setLimits(object, { typedTurns: 1 });
    const second = await open();
    second.send({ setup: { model, historyConfig: history } });
    await second.next(setupComplete);
    second.send(content("Dropped.".padEnd(4 * messageLength, "a"), true));
    second.send({ realtimeInput: { text: "Hello." } });
    await upstream.until(({ received }) => JSON.stringify(received).includes("Hello."));
    expect(JSON.stringify(upstream.received)).not.toContain("Dropped.");
  });

  it.each([
    ["its characters", `First ${"a".repeat(1.5 * messageLength)}`, 2],
    ["a message at least", "First", 1],
  ])("a context update costs %s", async (_, first, typedTurns) => {
    const { client, object, upstream } = await connectedLive("assistant", {
      systemInstruction: { parts: [{ text: "Be kind." }] },
    });
    setLimits(object, { typedTurns });
    const update = (text: string) => ({
      contextUpdate: { systemInstruction: { parts: [{ text }] } },
    });
    client.send(update(first));
    client.send(update("Second"));
    await client.next(limited);
    expect(JSON.stringify(upstream.received)).not.toContain("Second");
  });

  const inline = (mimeType: string) => ({ inlineData: { mimeType, data: "AAAA" } });
  const fileUri = "https://example.com/a";

  it.each([
    ["audio/pcm;rate=16000", inline("audio/pcm;rate=16000")],
    ["AUDIO/wav", inline("AUDIO/wav")],
    ["video/mp4", inline("video/mp4")],
    ["a file of video/mp4", { fileData: { mimeType: "video/mp4", fileUri } }],
    ["a file of Audio/mpeg", { fileData: { mimeType: "Audio/mpeg", fileUri } }],
    ["a file without a type", { fileData: { fileUri } }],
    [
      "a page of YouTube",
      { fileData: { mimeType: "text/html", fileUri: "https://www.youtube.com/watch?v=a" } },
    ],
  ])("%s in contents is refused, and the conversation goes on", async (_, recording) => {
    const { client, upstream } = await connectedLive();
    const parts = [{ text: "Listen." }, recording];
    for (const turnComplete of [true, false]) {
      client.send({ clientContent: { turns: [{ role: "user", parts }], turnComplete } });
      const { parley } = await client.next((message) => message["parley"]?.error !== undefined);
      expect(parley.error).toMatchObject({
        code: "BLOCKED",
        message: expect.stringContaining("realtimeInput.audio"),
      });
    }
    client.send(turn("Still there?"));
    await upstream.until(({ received }) => JSON.stringify(received).includes("Still there?"));
    expect(JSON.stringify(upstream.received)).not.toContain("Listen.");
  });
});
