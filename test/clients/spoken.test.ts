/** Third-party clients of JavaScript: each completes a turn through parley. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { resample } from "../../src/emulator/core/speech/resampler.ts";
import { startScenarioServers, type ScenarioServers } from "../sdk/scenarios/runner.ts";
import { clipSamples } from "../support/wavs.ts";
import { wordErrorRate } from "../support/wer.ts";
import { openAssistantUiPage, type AssistantUiPage } from "./support/assistant-ui.ts";
import { redirectNameTo, openFront, type Front } from "./support/front.ts";
import { livekitTurn } from "./support/livekit.ts";
import { mastraTurn } from "./support/mastra.ts";
import { openPipecatPage, type PipecatPage } from "./support/pipecat.ts";
import type { Turn } from "./support/turn.ts";

let pipecat: PipecatPage;
let assistantUi: AssistantUiPage;
let servers: ScenarioServers;
let front: Front;

beforeAll(async () => {
  pipecat = await openPipecatPage();
  assistantUi = await openAssistantUiPage();
  servers = await startScenarioServers(`${pipecat.origin},${assistantUi.origin}`);
  front = await openFront(Number(new URL(servers.through().url).port));
});
afterAll(async () => {
  front.close();
  pipecat.close();
  assistantUi.close();
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
  await expectAnswer(await pipecat.turn(front, apiKey, resample(question, 16_000, 24_000)));
});

it("[CLIENT15] @assistant-ui/react-google-adk in Chromium asks parley as an ADK server, lists the sessions and opens one", async () => {
  const { url, apiKey: token } = servers.through();
  const server = { url, token, app: "assistant", user: "ann" };
  const before = await assistantUi.ask(server, "What is two plus two?");
  expect(before.messages).toEqual([
    "user: What is two plus two?",
    "assistant: Two plus two is four.",
  ]);
  const { sessions, messages } = await assistantUi.openSession(server, before.session);
  expect(sessions).toContain(before.session);
  // Its answers are transcripts of speech, which this client does not read from a stored session.
  expect(messages).toEqual(before.messages.slice(0, 1));
});
