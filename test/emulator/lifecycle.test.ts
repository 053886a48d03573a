import { describe, expect, test } from "vitest";
import { silence, tone } from "../support/scripted.ts";
import { DEFAULT_SETUP, outline, speak, startEmulator, type TestEmulator } from "./client.ts";

/** A session with one handle. */
async function resumable(
  on: TestEmulator,
): Promise<{ client: ReturnType<TestEmulator["dial"]>; handle: string }> {
  const client = on.dial();
  client.send({ setup: { ...DEFAULT_SETUP, sessionResumption: {} } });
  await on.ports.clock.advance(1000);
  const updates = client.take().flatMap((m) => m.sessionResumptionUpdate ?? []);
  expect(updates).toHaveLength(1);
  return { client, handle: updates[0]?.newHandle ?? "" };
}

function resume(
  on: TestEmulator,
  handle: string,
  setup: object = {},
): ReturnType<TestEmulator["dial"]> {
  const client = on.dial();
  client.send({ setup: { ...DEFAULT_SETUP, ...setup, sessionResumption: { handle } } });
  return client;
}

describe("resumption handles", () => {
  test("[EMU31] one handle of 36 characters per connection, and none unless requested", async () => {
    const on = startEmulator();
    const { client, handle } = await resumable(on);
    expect(handle).toHaveLength(36);
    await on.ports.clock.advance(60_000);
    expect(client.take()).toEqual([]);
    const plain = on.dial();
    plain.send({ setup: DEFAULT_SETUP });
    await on.ports.clock.advance(1000);
    expect(outline(plain.take())).toEqual(["setupComplete"]);
  });

  test("[EMU32] a handle restores the history and the audio clock, and a new handle follows", async () => {
    const on = startEmulator();
    const { client, handle } = await resumable(on);
    await speak(client, on.ports, tone(1000));
    await speak(client, on.ports, silence(1500));
    await on.ports.clock.advance(5000);
    client.disconnect();
    await on.ports.clock.advance(2000);
    const again = resume(on, handle);
    await on.ports.clock.advance(1000);
    const [complete, update] = again.take();
    expect(complete?.setupComplete).toEqual({});
    expect((update?.at ?? 0) - (complete?.at ?? 0)).toBeLessThanOrEqual(2);
    expect(update?.sessionResumptionUpdate?.newHandle).not.toBe(handle);
    await speak(again, on.ports, tone(1000));
    const start = again.take().find((m) => m.voiceActivity !== undefined);
    expect(start?.voiceActivity?.audioOffset).toBe("2.656s");
    await speak(again, on.ports, silence(1500));
    await on.ports.clock.advance(1000);
    expect(on.ports.brain.contexts[1]?.history).toHaveLength(3);
    expect(on.emulator.sessions()).toMatchObject([
      { connections: 2, handles: 2, state: "connected" },
    ]);
  });

  test("[EMU32] an unknown handle and one from two hours ago are refused", async () => {
    const on = startEmulator();
    const unknown = resume(on, "nobody");
    await on.ports.clock.advance(1000);
    expect(unknown.closed).toEqual({ code: 1008, reason: "BidiGenerateContent session not found" });
    const { client, handle } = await resumable(on);
    client.disconnect();
    await on.ports.clock.advance(2 * 60 * 60 * 1000 + 1);
    const late = resume(on, handle);
    await on.ports.clock.advance(1000);
    expect(late.closed?.code).toBe(1008);
  });

  test("[EMU33] a resume is refused while the old socket is open and for 1.5 s after an idle drop, but not if the model was speaking", async () => {
    const on = startEmulator();
    const { client, handle } = await resumable(on);
    const early = resume(on, handle);
    await on.ports.clock.advance(1000);
    expect(early.closed).toEqual({ code: 1011, reason: "Internal error encountered." });
    client.disconnect();
    await on.ports.clock.advance(1400);
    const soon = resume(on, handle);
    await on.ports.clock.advance(1000);
    expect(soon.closed?.code).toBe(1011);
    const fine = resume(on, handle);
    await on.ports.clock.advance(1000);
    expect(fine.closed).toBeUndefined();
    fine.send({ realtimeInput: { text: "one two three four five six" } });
    await on.ports.clock.advance(800);
    fine.disconnect();
    const atOnce = resume(on, handle);
    await on.ports.clock.advance(1000);
    expect(atOnce.closed).toBeUndefined();
  });

  test("[EMU34] a resumed session may change its configuration, not its model", async () => {
    const on = startEmulator();
    const { client, handle } = await resumable(on);
    client.disconnect();
    await on.ports.clock.advance(2000);
    const again = resume(on, handle, { systemInstruction: { parts: [{ text: "new" }] } });
    await on.ports.clock.advance(1000);
    again.send({ realtimeInput: { text: "hi" } });
    await on.ports.clock.advance(1000);
    expect(on.ports.brain.contexts.at(-1)?.instruction).toBe("new");
  });
});

describe("connection close", () => {
  test("[EMU47] releases all timers, turns and recognizer streams", async () => {
    const on = startEmulator();
    for (const ms of [0, 100, 300, 600, 900, 2000]) {
      const client = on.dial();
      client.send({ setup: { ...DEFAULT_SETUP, sessionResumption: {} } });
      client.send({ realtimeInput: { text: "tell me a long story with many words in it" } });
      client.send({ realtimeInput: { text: "or rather not" } });
      await on.ports.clock.advance(ms);
      client.disconnect();
      expect(on.emulator.stats()).toMatchObject({ sockets: 0, turns: 0, timers: 0, waiting: 0 });
      expect(on.ports.clock.armedTimers).toBe(0);
      expect(on.ports.recognizer.open).toBe(0);
      const count = client.messages.length;
      await on.ports.clock.advance(30_000);
      expect(client.messages).toHaveLength(count);
    }
    expect(on.emulator.stats().failures).toBe(0);
  });

  test("[EMU47] frames after the close are ignored", async () => {
    const on = startEmulator();
    const client = await on.ready();
    client.send("nonsense");
    client.send({ realtimeInput: { text: "hi" } });
    client.disconnect();
    await on.ports.clock.advance(5000);
    expect(client.messages).toEqual([]);
    expect(on.emulator.stats().sockets).toBe(0);
  });

  test("[EMU47] an unfinished utterance is lost; the model's output so far is kept", async () => {
    const on = startEmulator();
    const { client, handle } = await resumable(on);
    client.send({ realtimeInput: { text: "one two three four five six" } });
    await on.ports.clock.advance(600);
    client.disconnect();
    const again = resume(on, handle);
    await on.ports.clock.advance(500);
    await speak(again, on.ports, tone(500));
    again.disconnect();
    await on.ports.clock.advance(2000);
    const third = resume(on, handle);
    await on.ports.clock.advance(500);
    await speak(third, on.ports, silence(2000));
    expect(outline(third.take())).toEqual(["setupComplete", "sessionResumptionUpdate"]);
    third.send({ realtimeInput: { text: "go on" } });
    await on.ports.clock.advance(500);
    expect(on.ports.brain.contexts.at(-1)?.history.map(({ role }) => role)).toEqual([
      "user",
      "model",
      "user",
    ]);
  });
});

describe("observability", () => {
  test("[EMU48] shows frames by kind, and what each client sent with media by size; no key", async () => {
    const on = startEmulator();
    const client = await on.ready({}, { query: { key: "secret-key" } });
    client.send({ realtimeInput: { video: { mimeType: "image/jpeg", data: "AAAA" } } });
    client.send({
      clientContent: {
        turns: [{ parts: [{ inlineData: { mimeType: "image/png", data: "AAAA" } }] }],
      },
    });
    const [report] = on.emulator.sessions();
    expect(report?.received.slice(1)).toEqual([
      { realtimeInput: { video: { mimeType: "image/jpeg", data: { bytes: 3 } } } },
      {
        clientContent: {
          turns: [{ parts: [{ inlineData: { mimeType: "image/png", data: { bytes: 3 } } }] }],
        },
      },
    ]);
    expect(on.emulator.stats()).toMatchObject({
      sockets: 1,
      sessions: { connected: 1, kept: 0 },
      received: { setup: 1, realtimeInput: 1, clientContent: 1 },
      sent: { setupComplete: 1 },
    });
    client.disconnect(1000, "bye");
    expect(on.emulator.sessions()[0]).toMatchObject({
      state: "disconnected",
      closed: { code: 1000, reason: "bye" },
    });
    expect(JSON.stringify([on.emulator.sessions(), on.emulator.stats()])).not.toContain(
      "secret-key",
    );
  });
});
