/** Clients of the Live API that others have published: each completes a spoken turn through parley. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { resample } from "../../src/emulator/core/speech/resampler.ts";
import { openTheatre, type Theatre } from "../sdk/scenarios/runner.ts";
import { clipSamples } from "../support/wavs.ts";
import { wordErrorRate } from "../support/wer.ts";
import { leadNameTo, openFront, type Front } from "./support/front.ts";
import { livekitTurn } from "./support/livekit.ts";
import { mastraTurn } from "./support/mastra.ts";
import { pythonSdk, pythonTurn } from "./support/python.ts";
import { openPage, type Page } from "./support/pipecat.ts";
import type { Turn } from "./support/turn.ts";

let page: Page;
let theatre: Theatre;
let front: Front;

beforeAll(async () => {
  page = await openPage();
  theatre = await openTheatre(page.origin);
  front = await openFront(Number(new URL(theatre.through().url).port));
});
afterAll(async () => {
  front.close();
  page.close();
  await theatre.close();
});

// An answer that is the same at every hour: some times of day are hard to hear.
const question = clipSamples("espeak-who.wav");

async function judge({ heard, said, sound }: Turn): Promise<void> {
  const recognised = await theatre.listener.words(sound, 24_000);
  expect(recognised).toMatch(/emulator/i);
  if (heard !== undefined) expect(wordErrorRate("Who are you?", heard)).toBe(0);
  if (said !== undefined) expect(wordErrorRate(said, recognised)).toBeLessThanOrEqual(0.25);
}

it("[CLIENT8] @livekit/agents-plugin-google, by its option for the address", async () => {
  await judge(await livekitTurn(theatre.through("/live/assistant/ann/livekit"), question));
});

it("[CLIENT8] @mastra/voice-google-gemini-live, Google's name led to parley", async () => {
  const undo = leadNameTo(front);
  const turn = await mastraTurn(theatre.through().apiKey, question).finally(undo);
  await judge(turn);
});

it("[CLIENT8] @pipecat-ai/gemini-live-websocket-transport in Chromium, Google's name led to parley", async () => {
  const { apiKey } = theatre.through();
  await judge(await page.turn(front, apiKey, resample(question, 16_000, 24_000)));
});

const sdk = pythonSdk();

it.skipIf(sdk === undefined)(
  `[CLIENT8] google-genai ${sdk ?? "(not installed)"} for Python, by its option for the address`,
  async () => {
    const { apiKey } = theatre.through();
    await judge(await pythonTurn(front, { path: "", apiKey }, question));
  },
);
