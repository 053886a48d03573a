import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startEmulator } from "../../src/emulator/node/start.ts";
import type { EmulatorHandle } from "../../src/emulator/node/start.ts";
import { clipSamples } from "../support/wavs.ts";
import { session, talk, type ServerFrame } from "./live.ts";

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

/** Asks and hears the answer to its end. */
async function ask(caller: number): Promise<void> {
  const [file, heard, said] = questions[caller % questions.length] ?? questions[0];
  const client = await session(base);
  const speaking = talk(client, clipSamples(file));
  await client.next(isOver);
  speaking.stop();
  expect(text(client.messages, "inputTranscription")).toMatch(heard);
  expect(text(client.messages, "outputTranscription")).toMatch(said);
  await client.close();
}

describe("many at once", () => {
  it("[CROWD1] twelve who speak in the same instant are all heard, and answered each its own question", async () => {
    await Promise.all(Array.from({ length: 12 }, (_, caller) => ask(caller)));
  });

  it("[CROWD2] a long story to one keeps no question of others waiting until its end", async () => {
    const listener = await session(base);
    await listener.send({ realtimeInput: { text: "Tell me a long story." } });
    await listener.next((frame) => frame.serverContent?.modelTurn !== undefined);
    await Promise.all([ask(0), ask(1), ask(2)]);
    const told = listener.messages;
    expect(told.some((frame) => frame.serverContent?.generationComplete === true)).toBe(false);
    await listener.close();
  });
});
