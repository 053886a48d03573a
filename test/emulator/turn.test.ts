import { describe, expect, test } from "vitest";
import { silence, tone } from "../support/scripted.ts";
import {
  at,
  audioOf,
  LONG,
  outline,
  outputTranscript,
  speak,
  startEmulator,
  sendText,
  VERTEX,
} from "./client.ts";

describe("turns", () => {
  test("[EMU16] a typed turn: speech with its transcript, generationComplete, turnComplete with usage", async () => {
    const { ports, ready } = startEmulator();
    const client = await ready();
    const { armedTimers } = ports.clock;
    sendText(client, "hi");
    await ports.clock.advance(5000);
    const messages = client.take();
    expect(outline(messages)).toEqual(["speech", "generationComplete", "turnComplete"]);
    expect(outputTranscript(messages)).toBe("You said: hi.");
    expect(messages.at(-1)?.usageMetadata?.totalTokenCount).toBeGreaterThan(0);
    expect(ports.clock.armedTimers).toBe(armedTimers);
  });

  test("[EMU16] a spoken turn has the service's order", async () => {
    const { ports, ready } = startEmulator();
    const client = await ready();
    ports.recognizer.transcripts.push("What time is it?");
    await speak(client, ports, tone(1000));
    await speak(client, ports, silence(1500));
    await ports.clock.advance(4000);
    const messages = client.take();
    expect(outline(messages)).toEqual([
      "start",
      "inputTranscript",
      "end",
      "speech",
      "generationComplete",
      "turnComplete",
    ]);
    expect(outputTranscript(messages)).toBe("You said: What time is it?.");
  });

  test("[EMU16] audio is sent in chunks of 200 to 300 ms, several times faster than it plays; the turn ends when it has been played", async () => {
    const { ports, ready } = startEmulator();
    ports.brain.replies.push([
      { say: "one two three four five six seven eight nine ten eleven twelve." },
    ]);
    const client = await ready();
    sendText(client, "count");
    await ports.clock.advance(10_000);
    const messages = client.take();
    const audio = audioOf(messages);
    const first = audio[0]?.at ?? 0;
    const last = audio.at(-1)?.at ?? 0;
    expect(audio.reduce((total, { bytes }) => total + bytes, 0)).toBe(3000 * 48);
    for (const { bytes, mimeType } of audio) {
      expect(bytes / 48).toBeGreaterThanOrEqual(200);
      expect(bytes / 48).toBeLessThanOrEqual(300);
      expect(mimeType).toBe("audio/pcm;rate=24000");
    }
    expect(last - first).toBeLessThan(600);
    expect(last - first).toBeGreaterThan(100);
    expect(at(messages, "generationComplete")).toBeGreaterThan(last);
    expect(at(messages, "generationComplete")).toBeLessThan(last + 50);
    expect(at(messages, "turnComplete")).toBeCloseTo(first + 3000, 0);
  });

  test("[EMU16] at most two sentences are synthesized ahead of the playing one", async () => {
    const { ports, ready } = startEmulator();
    ports.brain.replies.push([{ say: LONG }]);
    const client = await ready();
    sendText(client, "story");
    await ports.clock.advance(1500);
    expect(ports.synthesizer.synthesized).toHaveLength(3);
    await ports.clock.advance(2500);
    expect(ports.synthesizer.synthesized).toHaveLength(4);
    await ports.clock.advance(30_000);
    expect(outline(client.take())).toEqual(["speech", "generationComplete", "turnComplete"]);
  });

  test("[EMU16] Vertex includes the role and omits the rate", async () => {
    const { ports, ready } = startEmulator();
    const model = "projects/p/locations/l/publishers/google/models/gemini-3.8-live";
    const client = await ready({ model }, { path: VERTEX });
    sendText(client, "hi");
    await ports.clock.advance(5000);
    const messages = client.take();
    const [turn] = messages.flatMap((m) => m.serverContent?.modelTurn ?? []);
    expect(turn?.role).toBe("model");
    expect(audioOf(messages)[0]?.mimeType).toBe("audio/pcm");
    expect(messages.at(-1)?.usageMetadata).toHaveProperty("candidatesTokenCount");
  });

  test("[EMU16] a reply without text is a turn of zero length", async () => {
    const { ports, ready } = startEmulator();
    ports.brain.replies.push([]);
    const client = await ready();
    sendText(client, "hush");
    await ports.clock.advance(1000);
    expect(outline(client.take())).toEqual(["generationComplete", "turnComplete"]);
  });

  test("[EMU20] transcript deltas join to the spoken text and end before generationComplete", async () => {
    const { ports, ready } = startEmulator();
    ports.brain.replies.push([
      { say: "First of all, good morning. Then a second sentence." },
      { say: "And a third." },
    ]);
    const client = await ready();
    sendText(client, "talk");
    await ports.clock.advance(10_000);
    const messages = client.take();
    expect(outputTranscript(messages)).toBe(
      "First of all, good morning. Then a second sentence. And a third.",
    );
    const deltas = messages.filter((m) => m.serverContent?.outputTranscription !== undefined);
    expect(deltas.length).toBeGreaterThan(3);
    expect(deltas.at(-1)?.at).toBeLessThan(at(messages, "generationComplete"));
  });

  test.each([
    ["gemini-3.8-live", true],
    ["gemini-3.1-flash-live-preview", false],
  ])(
    "[EMU20] unless configured, %s sends its own transcript: %s, and never the user's",
    async (model, sendsOwn) => {
      const { ports, dial } = startEmulator();
      const client = dial();
      client.send({ setup: { model: `models/${model}` } });
      await ports.clock.advance(500);
      await speak(client, ports, tone(1000));
      await speak(client, ports, silence(1500));
      await ports.clock.advance(4000);
      const sent = (field: "outputTranscription" | "inputTranscription"): boolean =>
        client.messages.some((m) => m.serverContent?.[field] !== undefined);
      expect(sent("outputTranscription")).toBe(sendsOwn);
      expect(sent("inputTranscription")).toBe(false);
      expect(outline(client.messages)).toContain("turnComplete");
    },
  );
});
