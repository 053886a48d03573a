/** The bundled agents by voice: a script replaces the model, so no brain rule has to know them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readScenario } from "../../src/emulator/core/scenario.ts";
import { startEmulator, type EmulatorHandle } from "../../src/emulator/node/start.ts";
import { resample } from "../../src/emulator/core/speech/resampler.ts";
import type { Event } from "../../src/wire/adk.ts";
import { crowd } from "../support/blobs.ts";
import { openRecognizer, type TestRecognizer } from "../support/recognizer.ts";
import { startParley, type Parley } from "../support/parley.ts";
import { audioSamples, connectAdkClient, type AdkClient } from "../support/adk-client.ts";
import { wordErrorRate } from "../support/wer.ts";

let emulator: EmulatorHandle;
let parley: Parley;
let listener: TestRecognizer;

beforeAll(async () => {
  const script = readFileSync(join(import.meta.dirname, "scripts/agents.json"), "utf8");
  emulator = await startEmulator({ scenario: readScenario(JSON.parse(script)) });
  listener = await openRecognizer(emulator.speech);
  parley = await startParley({ settings: { LIVE_API_URL: emulator.url, ALLOW_ANONYMOUS: "1" } });
});

afterAll(async () => {
  await parley.stop();
  await emulator.close();
});

const called = (event: Event) =>
  event.content?.parts?.find((part) => part.functionCall)?.functionCall;
const answered = (event: Event) =>
  event.content?.parts?.find((part) => part.functionResponse)?.functionResponse;

const connectTo = (agent: string): Promise<AdkClient> =>
  connectAdkClient(`${parley.url}/ws/ann/spoken-${agent}?agent=${agent}`);

/** Speaks a sentence with a synthesized voice, as a microphone would. */
async function say(client: AdkClient, sentence: string): Promise<void> {
  const samples = await emulator.speech.synthesizer.synthesize(sentence, "Puck");
  await client.speak(resample(samples, 24_000, 16_000), 2000).spoken;
}

/** The transcript of the next spoken answer, once its audio has been recognized as that text. */
async function answer(client: AdkClient): Promise<string> {
  const final = await client.next((event) => event.outputTranscription?.finished === true);
  const text = final.outputTranscription?.text ?? "";
  const before = client.messages.slice(0, client.messages.indexOf(final));
  const from = before.findLastIndex((event) => event.turnComplete === true) + 1;
  const recognised = await listener.transcribe(audioSamples(before.slice(from)), 24_000);
  expect(wordErrorRate(text, recognised), `${text} / ${recognised}`).toBeLessThanOrEqual(0.34);
  return text;
}

describe.concurrent("[AGENTS4] the agents do their job by voice, and their speech is recognized", () => {
  it("search: with its sources", async () => {
    const ann = await connectTo("search");
    await say(ann, "What is the tallest mountain?");
    expect(await answer(ann)).toContain("Everest");
    const grounded = ann.messages.find((event) => event.groundingMetadata);
    expect(JSON.stringify(grounded)).toContain("https://example.org/everest");
    await ann.close();
  });

  it("stocks: two prices unasked, until it is told to stop", async () => {
    const ann = await connectTo("stocks");
    await say(ann, "Please monitor the stock price.");
    expect(await answer(ann)).toContain("three hundred");
    expect(await answer(ann)).toContain("four hundred");
    await say(ann, "Stop monitoring the price.");
    await ann.next((event) => called(event)?.name === "stop_streaming");
    expect(await answer(ann)).toContain("stopped");
    await ann.close();
  });

  it("people: a second face before the camera", async () => {
    const ann = await connectTo("people");
    await say(ann, "Watch the camera and count the people.");
    await ann.next((event) => called(event)?.name === "monitor_people");
    const show = (count: number): Promise<Event> => {
      const data = crowd(count);
      const camera = setInterval(
        () => void ann.send({ type: "image", mimeType: "image/jpeg", data }),
        300,
      );
      const seen = ann.next((event) =>
        (JSON.stringify(answered(event)) ?? "").includes(`"people":${count}`),
      );
      return seen.finally(() => clearInterval(camera));
    };
    await show(1);
    await show(2);
    expect(await answer(ann)).toContain("two people");
    await ann.close();
  });

  it("dice: a roll", async () => {
    const ann = await connectTo("dice");
    await say(ann, "Please roll a twenty sided die.");
    const rolled = await ann.next((event) => answered(event)?.name === "roll_die");
    expect(answered(rolled)?.response?.["result"]).toBeTypeOf("number");
    expect(await answer(ann)).toContain("lucky");
    await ann.close();
  });
});
