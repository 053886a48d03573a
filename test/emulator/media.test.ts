import { describe, expect, test } from "vitest";
import { Resampler } from "../../src/emulator/core/speech/resampler.ts";
import { silence, tone } from "../support/scripted.ts";
import { audio, outline, speak, startEmulator } from "./client.ts";

const ARGUMENT = { code: 1007, reason: "Request contains an invalid argument." };

describe("audio", () => {
  test.each([
    ["half a sample", { mimeType: "audio/pcm;rate=16000", data: "AAAA" }],
    ["another format", { mimeType: "audio/mp3", data: "AAAA" }],
    ["no format", { data: "AAA=" }],
    ["a rate of nothing", { mimeType: "audio/pcm;rate=0", data: "AAA=" }],
    ["a rate of words", { mimeType: "audio/pcm;rate=fast", data: "AAA=" }],
    ["a picture", { mimeType: "image/jpeg", data: "AAA=" }],
  ])("[EMU44] %s is refused", async (_, blob) => {
    const client = await startEmulator().ready();
    client.send({ realtimeInput: { audio: blob } });
    expect(client.closed).toEqual(ARGUMENT);
  });

  test("[EMU44] empty audio is ignored; the default rate is 16 kHz", async () => {
    const { ports, ready } = startEmulator();
    const client = await ready();
    client.send({ realtimeInput: { audio: { mimeType: "audio/pcm", data: "" } } });
    client.send({ realtimeInput: { audio: { ...audio(tone(960)), mimeType: "audio/pcm" } } });
    await ports.clock.advance(0);
    expect(outline(client.take())).toEqual(["start"]);
  });

  test("[EMU44] malformed base64 is refused, both alphabets are read", async () => {
    const client = await startEmulator().ready();
    const bytes = Buffer.from([0xfb, 0xff]);
    for (const data of [bytes.toString("base64"), bytes.toString("base64url")]) {
      client.send({ realtimeInput: { audio: { mimeType: "audio/pcm", data } } });
    }
    expect(client.closed).toBeUndefined();
    client.send({ realtimeInput: { audio: { mimeType: "audio/pcm", data: "a*b=" } } });
    expect(client.closed?.reason).toBe(
      "Invalid value at 'realtime_input.audio.data' (TYPE_BYTES), Base64 decoding failed for \"a*b=\"",
    );
  });

  test("[EMU44] mediaChunks are refused with a text of their own", async () => {
    const client = await startEmulator().ready();
    client.send({ realtimeInput: { mediaChunks: [audio(tone(20))] } });
    expect(client.closed).toEqual({
      code: 1007,
      reason: "realtime_input.media_chunks is deprecated. Use audio, video, or text instead.",
    });
  });

  test.each([8_000, 22_050, 24_000, 44_100, 48_000])(
    "[EMU45] audio at %i Hz is processed on the same clock",
    async (rate) => {
      const { ports, ready } = startEmulator();
      const client = await ready();
      await speak(client, ports, tone(1000, rate), rate);
      await speak(client, ports, silence(1500, rate), rate);
      const offsets = client
        .take()
        .flatMap((m) => (m.voiceActivity === undefined ? [] : [m.voiceActivity.audioOffset]));
      expect(offsets).toHaveLength(2);
      expect(Number.parseFloat(offsets[0] ?? "")).toBeCloseTo(0.16, 1);
      expect(Number.parseFloat(offsets[1] ?? "")).toBeCloseTo(2.15, 1);
    },
  );

  test("[EMU45] a tone keeps its frequency across frames of any size, and frequencies above 8 kHz are filtered out", () => {
    const resample = (hertz: number): number[] => {
      const resampler = new Resampler(48_000, 16_000);
      const whole = tone(500, 48_000, hertz);
      const out: number[] = [];
      for (let at = 0, size = 1; at < whole.length; at += size, size = (size * 7 + 3) % 997) {
        out.push(...resampler.push(whole.subarray(at, at + size)));
      }
      return out;
    };
    const audible = resample(440);
    const ideal = tone(500, 16_000, 440);
    const errors = audible
      .slice(100, -100)
      .map((sample, i) => Math.abs(sample - (ideal[i + 100] ?? 0)));
    expect(audible.length).toBeGreaterThan(7_980);
    expect(Math.max(...errors)).toBeLessThan(80);
    const folded = resample(12_000).slice(100, -100);
    expect(Math.max(...folded.map((sample) => Math.abs(sample)))).toBeLessThan(200);
  });
});

describe("video and text", () => {
  test("[EMU46] the brain receives the newest frame", async () => {
    const { ports, ready } = startEmulator();
    const client = await ready();
    for (const data of ["AAAA", "AQID"])
      client.send({ realtimeInput: { video: { mimeType: "image/jpeg", data } } });
    client.send({ realtimeInput: { text: "what do you see?" } });
    await ports.clock.advance(1000);
    expect(ports.brain.contexts[0]?.frame).toEqual({
      mimeType: "image/jpeg",
      data: new Uint8Array([1, 2, 3]),
    });
  });

  test("[EMU46] a frame that is not an image is refused", async () => {
    const client = await startEmulator().ready();
    client.send({ realtimeInput: { video: { mimeType: "audio/pcm", data: "AAAA" } } });
    expect(client.closed).toEqual(ARGUMENT);
  });
});
