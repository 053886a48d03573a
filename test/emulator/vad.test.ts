import { describe, expect, test } from "vitest";
import {
  type VadState,
  stepVad,
  quietState,
  WINDOW_MS,
} from "../../src/emulator/core/speech/vad.ts";
import { silence, tone } from "../support/scripted.ts";
import { audio, outline, speak, startEmulator } from "./client.ts";

const settings = { startThreshold: 0.5, keepThreshold: 0.35, startMs: 160, endMs: 1120 };

/** The edges, with the ms of audio before each. */
function edges(probabilities: readonly number[]): string[] {
  let state: VadState = quietState;
  const found: string[] = [];
  for (const [i, probability] of probabilities.entries()) {
    const result = stepVad(state, probability, settings);
    state = result.state;
    if (result.edge !== undefined) found.push(`${result.edge} ${(i + 1) * WINDOW_MS}`);
  }
  return found;
}

function windows(count: number, probability: number): number[] {
  return Array.from({ length: count }, () => probability);
}

describe("VAD state machine", () => {
  test("[EMU23] speech of the prefix length starts an activity, silence of the set length ends it", () => {
    expect(edges([...windows(10, 0), ...windows(20, 0.9), ...windows(40, 0.1)])).toEqual([
      "start 480",
      `end ${(30 + 35) * WINDOW_MS}`,
    ]);
  });

  test("[EMU23] between the thresholds the state does not change", () => {
    expect(edges([...windows(2, 0.6), ...windows(3, 0.4), ...windows(40, 0.3)])).toEqual([
      "start 160",
      "end 1280",
    ]);
    expect(edges([...windows(6, 0.9), 0.3, ...windows(40, 0.45)])).toEqual([
      "start 160",
      "end 1312",
    ]);
    expect(edges(windows(100, 0.45))).toEqual([]);
  });

  test("[EMU43] clicks do not add up to speech; a short gap within a word does not restart its start", () => {
    expect(edges(Array.from({ length: 200 }, (_, i) => (i % 3 === 0 ? 0.99 : 0.01)))).toEqual([]);
    expect(edges([...windows(4, 0.9), ...windows(50, 0)])).toEqual([]);
    expect(edges([...windows(4, 0.9), 0.1, ...windows(3, 0.9)])).toEqual(["start 224"]);
  });
});

describe("activity on a connection", () => {
  test("[EMU23] time is the audio clock: a burst is processed like real-time audio", async () => {
    const { ports, ready } = startEmulator();
    const client = await ready();
    const whole = [tone(1000), silence(1500)].flatMap((part) => [...part]);
    client.send({ realtimeInput: { audio: audio(Int16Array.from(whole)) } });
    await ports.clock.advance(0);
    const offsets = client
      .take()
      .flatMap((m) => (m.voiceActivity === undefined ? [] : [m.voiceActivity]));
    expect(offsets).toEqual([
      { type: "ACTIVITY_START", audioOffset: "0.160s" },
      { type: "ACTIVITY_END", audioOffset: "2.144s" },
    ]);
  });

  test("[EMU23] the client's durations and sensitivities apply", async () => {
    const { ports, ready } = startEmulator();
    const automaticActivityDetection = { prefixPaddingMs: 20, silenceDurationMs: 320 };
    const client = await ready({ realtimeInputConfig: { automaticActivityDetection } });
    await speak(client, ports, tone(960));
    await speak(client, ports, silence(400));
    const offsets = client
      .take()
      .map((m) => m.voiceActivity?.audioOffset)
      .filter((o) => o !== undefined);
    expect(offsets).toEqual(["0.032s", "1.280s"]);
    const low = await ready({
      realtimeInputConfig: {
        automaticActivityDetection: { endOfSpeechSensitivity: "END_SENSITIVITY_LOW" },
      },
    });
    await speak(low, ports, tone(960));
    await speak(low, ports, silence(1700));
    expect(outline(low.take())).toEqual(["start"]);
  });

  test("[EMU24] audio that stops with the last word starts no turn; silence later does", async () => {
    const { ports, ready } = startEmulator();
    const client = await ready();
    await speak(client, ports, tone(1000));
    client.send({ realtimeInput: { audioStreamEnd: true } });
    await ports.clock.advance(60_000);
    expect(outline(client.take())).toEqual(["start"]);
    await speak(client, ports, silence(1500));
    await ports.clock.advance(5000);
    expect(outline(client.take())).toEqual([
      "inputTranscript",
      "end",
      "speech",
      "generationComplete",
      "turnComplete",
    ]);
  });

  test("[EMU24] a microphone that is cut off in mid-word does not keep the model from answering text", async () => {
    const { ports, ready } = startEmulator();
    const client = await ready();
    await speak(client, ports, tone(1000));
    client.send({ realtimeInput: { text: "hi" } });
    await ports.clock.advance(5000);
    expect(outline(client.take())).toEqual([
      "start",
      "speech",
      "generationComplete",
      "turnComplete",
    ]);
  });

  test("[EMU24] text during speech is answered together with it", async () => {
    const { ports, ready } = startEmulator();
    const client = await ready();
    await speak(client, ports, tone(500));
    client.send({ realtimeInput: { text: "look here" } });
    await speak(client, ports, tone(1000));
    await speak(client, ports, silence(1500));
    await ports.clock.advance(5000);
    expect(ports.brain.contexts).toHaveLength(1);
    expect(ports.brain.contexts[0]?.history).toHaveLength(2);
  });

  test("[EMU25] with detection disabled the client marks activities, and the audio between the marks is recognized", async () => {
    const { ports, ready } = startEmulator();
    const manual = { realtimeInputConfig: { automaticActivityDetection: { disabled: true } } };
    const client = await ready(manual);
    await speak(client, ports, tone(500));
    client.send({ realtimeInput: { activityStart: {} } });
    await speak(client, ports, silence(500));
    await speak(client, ports, tone(1000));
    await speak(client, ports, silence(2000));
    expect(outline(client.take())).toEqual(["start"]);
    client.send({ realtimeInput: { activityEnd: {} } });
    await ports.clock.advance(5000);
    expect(outline(client.take())).toEqual([
      "inputTranscript",
      "end",
      "speech",
      "generationComplete",
      "turnComplete",
    ]);
    expect(ports.recognizer.asked[0]).toBeGreaterThan(16_000);
    expect(ports.recognizer.asked[0]).toBeLessThan(16_000 + 8 * 512);
  });

  test("[EMU25] activityStart interrupts", async () => {
    const { ports, ready } = startEmulator();
    const client = await ready({
      realtimeInputConfig: { automaticActivityDetection: { disabled: true } },
    });
    client.send({ realtimeInput: { text: "one two three four" } });
    await ports.clock.advance(1000);
    client.take();
    client.send({ realtimeInput: { activityStart: {} } });
    await ports.clock.advance(10);
    expect(outline(client.take())).toEqual(["start", "interrupted", "turnComplete"]);
  });

  test.each([
    [{}, { activityStart: {} }],
    [{}, { activityEnd: {} }],
    [{ automaticActivityDetection: { disabled: true } }, { audioStreamEnd: true }],
  ])("[EMU25] under %o, %o is refused", async (realtimeInputConfig, input) => {
    const client = await startEmulator().ready({ realtimeInputConfig });
    client.send({ realtimeInput: input });
    expect(client.closed).toEqual({ code: 1007, reason: "Request contains an invalid argument." });
  });
});

describe("recognition", () => {
  test("[EMU40] the utterance is trimmed to 70 ms around the sound of the speech", async () => {
    const { ports, ready } = startEmulator();
    const client = await ready();
    await speak(client, ports, silence(3200));
    await speak(client, ports, tone(1600));
    await speak(client, ports, silence(1600));
    const [samples = 0] = ports.recognizer.asked;
    const surplus = samples - (1_600 + 2 * 70) * 16;
    // The sound begins and ends within a moment of 5 ms.
    expect(surplus).toBeGreaterThanOrEqual(0);
    expect(surplus).toBeLessThan(2 * 80);
  });

  test("[EMU41] recognition starts after 300 ms of silence and is dropped if speech resumes", async () => {
    const { ports, ready } = startEmulator();
    ports.recognizer.transcripts.push("thrown away", "Hello there.");
    const client = await ready();
    await speak(client, ports, tone(960));
    await speak(client, ports, silence(280));
    expect(ports.recognizer.asked).toHaveLength(0);
    await speak(client, ports, silence(200));
    expect(ports.recognizer.asked).toHaveLength(1);
    await speak(client, ports, tone(640));
    await speak(client, ports, silence(1500));
    expect(ports.recognizer.asked).toHaveLength(2);
    expect(ports.recognizer.asked[1]).toBeGreaterThan(ports.recognizer.asked[0] ?? 0);
    const result = client
      .take()
      .map((m) => m.serverContent?.inputTranscription?.text)
      .filter((t) => t !== undefined);
    expect(result).toEqual(["Hello there."]);
  });

  test("[EMU41] transcript and activity end wait for a slow recognizer and keep their order", async () => {
    const { ports, ready } = startEmulator();
    ports.recognizer.slow = true;
    const client = await ready();
    await speak(client, ports, tone(960));
    await speak(client, ports, silence(1500));
    expect(outline(client.take())).toEqual(["start"]);
    await speak(client, ports, tone(960));
    expect(outline(client.take())).toEqual([]);
    ports.recognizer.release();
    await ports.clock.advance(0);
    expect(outline(client.take()).slice(0, 3)).toEqual(["inputTranscript", "end", "start"]);
  });

  test("[EMU42] an activity without a transcript starts no turn", async () => {
    const { ports, ready } = startEmulator();
    ports.recognizer.transcripts.push("");
    const client = await ready();
    await speak(client, ports, tone(960));
    await speak(client, ports, silence(1500));
    await ports.clock.advance(5000);
    expect(outline(client.take())).toEqual(["start", "end"]);
  });

  test("[EMU41] recognizer failures are reported, and the session continues", async () => {
    const failures: unknown[] = [];
    const { ports, ready, emulator } = startEmulator({
      onFailure: (error) => failures.push(error),
    });
    const listen = ports.recognizer.openStream.bind(ports.recognizer);
    ports.recognizer.openStream = () => ({
      ...listen(),
      transcribe: () => Promise.reject(new Error("deaf")),
    });
    const client = await ready();
    await speak(client, ports, tone(960));
    await speak(client, ports, silence(1500));
    expect(outline(client.take())).toEqual(["start", "end"]);
    expect(client.closed).toBeUndefined();
    expect(failures).toHaveLength(1);
    expect(emulator.stats().failures).toBe(1);
  });
});
