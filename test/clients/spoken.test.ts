/** Third-party clients of the Live API: each completes a spoken turn through parley. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { resample } from "../../src/emulator/core/speech/resampler.ts";
import { startScenarioServers, type ScenarioServers } from "../sdk/scenarios/runner.ts";
import { clipSamples } from "../support/wavs.ts";
import { wordErrorRate } from "../support/wer.ts";
import { redirectNameTo, openFront, type Front } from "./support/front.ts";
import { livekitTurn } from "./support/livekit.ts";
import { mastraTurn } from "./support/mastra.ts";
import { pythonSdk, pythonTurn } from "./support/python.ts";
import { openPage, type Page } from "./support/pipecat.ts";
import type { Turn } from "./support/turn.ts";

let page: Page;
let servers: ScenarioServers;
let front: Front;

beforeAll(async () => {
  page = await openPage();
  servers = await startScenarioServers(page.origin);
  front = await openFront(Number(new URL(servers.through().url).port));
});
afterAll(async () => {
  front.close();
  page.close();
  await servers.close();
});

// The answer does not depend on the time of day: some times are hard to recognize.
const question = clipSamples("espeak-who.wav");

async function expectAnswer({ inputTranscript, outputTranscript, audio }: Turn): Promise<void> {
  const recognized = await servers.listener.transcribe(audio, 24_000);
  expect(recognized).toMatch(/emulator/i);
  if (inputTranscript !== undefined) expect(wordErrorRate("Who are you?", inputTranscript)).toBe(0);
  if (outputTranscript !== undefined)
    expect(wordErrorRate(outputTranscript, recognized)).toBeLessThanOrEqual(0.25);
}

it("[CLIENT8] @livekit/agents-plugin-google with its address option completes a spoken turn", async () => {
  await expectAnswer(await livekitTurn(servers.through("/live/assistant/ann/livekit"), question));
});

it("[CLIENT8] @mastra/voice-google-gemini-live with Google's host name redirected to parley completes a spoken turn", async () => {
  const undo = redirectNameTo(front);
  const turn = await mastraTurn(servers.through().apiKey, question).finally(undo);
  await expectAnswer(turn);
});

it("[CLIENT8] @pipecat-ai/gemini-live-websocket-transport in Chromium with Google's host name redirected completes a spoken turn", async () => {
  const { apiKey } = servers.through();
  await expectAnswer(await page.turn(front, apiKey, resample(question, 16_000, 24_000)));
});

const sdk = pythonSdk();

it.skipIf(sdk === undefined)(
  `[CLIENT8] google-genai ${sdk ?? "(not installed)"} for Python with its address option completes a spoken turn`,
  async () => {
    const { apiKey } = servers.through();
    await expectAnswer(await pythonTurn(front, { path: "", apiKey }, question));
  },
);
