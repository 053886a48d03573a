import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startEmulator } from "../../src/emulator/node/start.ts";
import type { EmulatorHandle } from "../../src/emulator/node/start.ts";
import { clipSamples } from "../support/wavs.ts";
import { session, speakRecording, type ServerFrame } from "./live.ts";

let emulator: EmulatorHandle;
let base: string;

beforeAll(async () => {
  emulator = await startEmulator({ seed: 1 });
  base = emulator.url.replace("http", "ws");
});
afterAll(() => emulator.close());

const isOver = (frame: ServerFrame) => frame.serverContent?.turnComplete === true;
const text = (frames: readonly ServerFrame[], side: "inputTranscription" | "outputTranscription") =>
  frames.map((frame) => frame.serverContent?.[side]?.text ?? "").join("");
const questions = [
  ["espeak-count.wav", /count/iu, /three/iu],
  ["espeak-paris.wav", /paris/iu, /paris/iu],
  ["espeak-tokyo.wav", /tokyo/iu, /tokyo/iu],
] as const;

/** Asks and receives the answer to its end. */
async function ask(caller: number): Promise<void> {
  const [file, inputPattern, outputPattern] = questions[caller % questions.length] ?? questions[0];
  const client = await session(base);
  const speaking = speakRecording(client, clipSamples(file));
  await client.next(isOver);
  speaking.stop();
  expect(text(client.messages, "inputTranscription")).toMatch(inputPattern);
  expect(text(client.messages, "outputTranscription")).toMatch(outputPattern);
  await client.close();
}

describe("concurrent sessions", () => {
  it("[CROWD1] twelve simultaneous speakers are all recognized, and each gets the answer to its own question", async () => {
    await Promise.all(Array.from({ length: 12 }, (_, caller) => ask(caller)));
  });

  it("[CROWD2] a long story in one session does not delay the others' answers until its end", async () => {
    const storyClient = await session(base);
    await storyClient.send({ realtimeInput: { text: "Tell me a long story." } });
    await storyClient.next((frame) => frame.serverContent?.modelTurn !== undefined);
    await Promise.all([ask(0), ask(1), ask(2)]);
    const storyFrames = storyClient.messages;
    expect(storyFrames.some((frame) => frame.serverContent?.generationComplete === true)).toBe(
      false,
    );
    await storyClient.close();
  });
});
