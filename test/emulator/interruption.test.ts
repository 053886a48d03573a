import { describe, expect, test } from "vitest";
import { silence, tone } from "../support/scripted.ts";
import { at, LONG, outline, outputTranscript, speak, startEmulator, sendText } from "./client.ts";

describe("interruption", () => {
  test("[EMU17] while generating: activity start and interrupted at once, turnComplete 1 ms later, and no output of the old turn afterwards", async () => {
    const { ports, ready } = startEmulator();
    ports.brain.replies.push([{ say: LONG }]);
    const client = await ready();
    sendText(client, "story");
    await ports.clock.advance(2000);
    client.take();
    await speak(client, ports, tone(400));
    const messages = client.take();
    const cut = messages.slice(messages.findIndex((m) => m.voiceActivity !== undefined));
    expect(outline(cut)).toEqual(["start", "interrupted", "turnComplete"]);
    const [start, interrupted, complete] = cut.map((m) => m.at);
    expect(interrupted).toBe(start);
    expect(complete).toBe((start ?? 0) + 1);
    expect(cut[2]?.usageMetadata).toBeDefined();
    await ports.clock.advance(20_000);
    expect(client.take()).toEqual([]);
  });

  test("[EMU17] is possible after generationComplete, until the assumed end of playback", async () => {
    const { ports, ready } = startEmulator();
    ports.brain.replies.push([{ say: "one two three four five six seven eight." }]);
    const client = await ready();
    sendText(client, "count");
    await ports.clock.advance(1500);
    expect(outline(client.take())).toEqual(["speech", "generationComplete"]);
    await speak(client, ports, tone(300));
    expect(outline(client.take())).toEqual(["start", "interrupted", "turnComplete"]);
    await ports.clock.advance(5000);
    await speak(client, ports, silence(1500));
    await ports.clock.advance(5000);
    client.take();
    await speak(client, ports, tone(300));
    expect(outline(client.take())).toEqual(["start"]);
  });

  test("[EMU17] the activity start is detected about 200 ms after the first loud sample", async () => {
    const { ports, ready } = startEmulator();
    ports.brain.replies.push([{ say: LONG }]);
    const client = await ready();
    sendText(client, "story");
    await ports.clock.advance(2000);
    const onset = ports.clock.now() - client.opened;
    client.take();
    await speak(client, ports, tone(400));
    const start = client.take().find((m) => m.voiceActivity !== undefined);
    expect((start?.at ?? 0) - onset).toBeGreaterThan(100);
    expect((start?.at ?? 0) - onset).toBeLessThan(220);
    expect(start?.voiceActivity?.audioOffset).toBe("0.160s");
  });

  test("[EMU17] the history keeps only the sent output", async () => {
    const { ports, ready } = startEmulator();
    ports.brain.replies.push([{ say: LONG }]);
    const client = await ready();
    sendText(client, "story");
    await ports.clock.advance(600);
    const sentTranscript = outputTranscript(client.take());
    await speak(client, ports, tone(400));
    const rest = outputTranscript(client.take());
    await speak(client, ports, silence(1500));
    const [, cut] = ports.brain.contexts[1]?.history ?? [];
    expect(cut).toEqual({ role: "model", parts: [{ text: sentTranscript + rest }] });
    expect(LONG.startsWith(sentTranscript + rest)).toBe(true);
    expect((sentTranscript + rest).length).toBeLessThan(LONG.length);
  });

  test("[EMU17] the synthesizer is told that the rest is dropped", async () => {
    const { ports, ready } = startEmulator();
    const replies: { readonly aborted: boolean }[] = [];
    ports.synthesizer.synthesize = (_, __, reply = { aborted: true }) => {
      replies.push(reply);
      return Promise.resolve(tone(2500, 24_000));
    };
    ports.brain.replies.push([{ say: LONG }]);
    const client = await ready();
    sendText(client, "story");
    await ports.clock.advance(2000);
    expect(replies.length).toBeGreaterThan(1);
    expect(new Set(replies).size).toBe(1);
    expect(replies[0]?.aborted).toBe(false);
    await speak(client, ports, tone(400));
    expect(replies[0]?.aborted).toBe(true);
  });

  test("[EMU18] NO_INTERRUPTION: the model continues, and the activity becomes the next turn", async () => {
    const { ports, ready } = startEmulator();
    ports.brain.replies.push([{ say: LONG }]);
    const client = await ready({ realtimeInputConfig: { activityHandling: "NO_INTERRUPTION" } });
    sendText(client, "story");
    await ports.clock.advance(1000);
    await speak(client, ports, tone(1000));
    await speak(client, ports, silence(1500));
    await ports.clock.advance(60_000);
    const order = outline(client.take());
    expect(order).not.toContain("interrupted");
    expect(order.filter((word) => word === "turnComplete")).toHaveLength(2);
    const roles = ports.brain.contexts[1]?.history.map(({ role }) => role);
    expect(roles).toEqual(["user", "model", "user"]);
  });

  test("[EMU19] clientContent interrupts at once, and without turnComplete gets no reply", async () => {
    const { ports, ready } = startEmulator();
    ports.brain.replies.push([{ say: LONG }]);
    const client = await ready({ realtimeInputConfig: { activityHandling: "NO_INTERRUPTION" } });
    sendText(client, "story");
    await ports.clock.advance(1500);
    client.take();
    client.send({ clientContent: { turns: [{ role: "user", parts: [{ text: "wait" }] }] } });
    await ports.clock.advance(5000);
    expect(outline(client.take())).toEqual(["interrupted", "turnComplete"]);
    client.send({ clientContent: { turnComplete: true } });
    await ports.clock.advance(5000);
    expect(outline(client.take())).toEqual(["speech", "generationComplete", "turnComplete"]);
    expect(ports.brain.contexts[1]?.history.map(({ role }) => role)).toEqual([
      "user",
      "model",
      "user",
    ]);
  });

  test("[EMU19] realtimeInput.text interrupts 14 to 21 ms later and gets a reply", async () => {
    const { ports, ready } = startEmulator();
    ports.brain.replies.push([{ say: LONG }]);
    const client = await ready();
    sendText(client, "story");
    await ports.clock.advance(3000);
    client.take();
    const sent = ports.clock.now() - client.opened;
    sendText(client, "stop");
    await ports.clock.advance(5000);
    const messages = client.take();
    const cut = messages.slice(messages.findIndex((m) => m.serverContent?.interrupted === true));
    expect(outline(cut)).toEqual([
      "interrupted",
      "turnComplete",
      "speech",
      "generationComplete",
      "turnComplete",
    ]);
    const after = at(messages, "interrupted") - sent;
    expect(after).toBeGreaterThanOrEqual(14);
    expect(after).toBeLessThanOrEqual(21);
    expect(ports.brain.contexts[1]?.history.at(-1)).toEqual({
      role: "user",
      parts: [{ text: "stop" }],
    });
  });

  test("[EMU19] a role other than user and model is refused", async () => {
    const client = await startEmulator().ready();
    client.send({ clientContent: { turns: [{ role: "system", parts: [] }], turnComplete: true } });
    expect(client.closed).toEqual({ code: 1007, reason: "Please use a valid role: user, model." });
  });
});
