import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openSpeechService } from "../../src/emulator/node/speech.ts";
import type { SpeechService } from "../../src/emulator/node/speech.ts";
import { voiceNames } from "../../src/emulator/node/voice/voices.ts";
import { openRecognizer } from "../support/recognizer.ts";
import type { TestRecognizer } from "../support/recognizer.ts";
import { totalWordErrorRate } from "../support/wer.ts";

const sentences = [
  "It is a quarter past three in the afternoon in Paris.",
  "I am a local emulator of the Gemini Live API, running on your own machine.",
  "Nice to meet you, Ada.",
  "Two plus two is four.",
  "Today is Tuesday, and the sun is shining.",
  "The old keeper climbed the stairs and looked out over the grey sea.",
];

let speech: SpeechService;
let listener: TestRecognizer;

beforeAll(async () => {
  speech = openSpeechService({ now: () => performance.now(), log: () => {} });
  listener = await openRecognizer(speech);
});
afterAll(() => speech.close());

describe("the synthesizer", () => {
  it.each(["Puck", "Charon", "Kore", "Fenrir", "Aoede", "Leda", "Orus", "Zephyr"])(
    "[VOICE1] %s is understood by the recognizer, WER at most 0.25",
    async (name) => {
      const recognized = await Promise.all(
        sentences.map(async (text) =>
          listener.transcribe(await speech.synthesizer.synthesize(text, name), 24_000),
        ),
      );
      const pairs = sentences.map((text, i) => [text, recognized[i] ?? ""] as const);
      expect(totalWordErrorRate(pairs), JSON.stringify(pairs)).toBeLessThanOrEqual(0.25);
    },
  );

  it("[VOICE2] sounds different under each of Gemini's thirty names", async () => {
    expect(voiceNames).toHaveLength(30);
    const spoken = await Promise.all(
      voiceNames.map((name) => speech.synthesizer.synthesize("Good morning.", name)),
    );
    expect(new Set(spoken.map(String)).size).toBe(voiceNames.length);
  });

  it("[VOICE3] speaks at the default voice's rate when the name is unknown", async () => {
    const [unknown, puck] = await Promise.all([
      speech.synthesizer.synthesize("Good morning.", "nobody"),
      speech.synthesizer.synthesize("Good morning.", "PUCK"),
    ]);
    expect(unknown).toEqual(puck);
  });

  it("[VOICE4] starts without silence and ends with a breath", async () => {
    const samples = await speech.synthesizer.synthesize("Good morning.", "Kore");
    const isLoud = (sample: number) => Math.abs(sample) > 200;
    expect(samples.findIndex(isLoud) / 24).toBeCloseTo(40, -1);
    expect((samples.length - samples.findLastIndex(isLoud)) / 24).toBeCloseTo(250, -1);
  });

  it.each(["", "  ", "🎉", "…", "***"])("[VOICE5] returns no audio for %j", async (text) => {
    expect(await speech.synthesizer.synthesize(text, "Puck")).toHaveLength(0);
  });

  it("[VOICE6] speaks a text of any length, in pieces, and treats options as text", async () => {
    const long = await speech.synthesizer.synthesize(
      `-voice kal. ${"Well, and so on it went. ".repeat(30)}`,
      "Puck",
    );
    expect(long.length / 24_000).toBeGreaterThan(30);
  });

  it("[VOICE7] skips the sentences of a cancelled reply", async () => {
    const skipped = speech.stats().speech.skipped;
    const reply = { aborted: false };
    const first = speech.synthesizer.synthesize("One.", "Puck", reply);
    const second = speech.synthesizer.synthesize("Two.", "Puck", reply);
    reply.aborted = true;
    await first;
    expect(await second).toHaveLength(0);
    expect(speech.stats().speech.skipped).toBeGreaterThan(skipped);
  });

  it("[VOICE8] lets recognition go first", async () => {
    const done: string[] = [];
    const recognition = speech.recognizer.openStream();
    const first = speech.synthesizer.synthesize("One.", "Puck");
    const second = speech.synthesizer
      .synthesize("Two.", "Puck")
      .then(() => done.push("synthesized"));
    const recognized = recognition
      .transcribe(new Int16Array(8000))
      .then(() => done.push("recognized"));
    await Promise.all([first, second, recognized]);
    expect(done).toEqual(["recognized", "synthesized"]);
    recognition.close();
  });
});
