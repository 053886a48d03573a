import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startEmulator } from "../../src/emulator/node/start.ts";
import type { EmulatorHandle } from "../../src/emulator/node/start.ts";
import { windowSamples } from "../../src/emulator/node/ears/window.ts";
import { openRecognizer } from "../support/recognizer.ts";
import type { TestRecognizer } from "../support/recognizer.ts";
import { clicks, noise, tone } from "../support/sounds.ts";
import { clipSamples } from "../support/wavs.ts";
import { totalWordErrorRate, wordErrorRate } from "../support/wer.ts";
import { audio, session, soundOf, talk, type ServerFrame } from "./live.ts";

let emulator: EmulatorHandle;
let listener: TestRecognizer;
const replies: [said: string, heard: string][] = [];
let base: string;

beforeAll(async () => {
  emulator = await startEmulator({ seed: 1 });
  listener = await openRecognizer(emulator.speech);
  base = emulator.url.replace("http", "ws");
});
afterAll(() => emulator.close());

const turnComplete = (frame: ServerFrame) => frame.serverContent?.turnComplete === true;
const text = (frames: readonly ServerFrame[], side: "inputTranscription" | "outputTranscription") =>
  frames.map((frame) => frame.serverContent?.[side]?.text ?? "").join("");
const isAudio = (frame: ServerFrame) => frame.serverContent?.modelTurn !== undefined;

/** Which of the named things a frame holds, in the order a turn has them. */
const marks = (frames: readonly ServerFrame[]) =>
  frames.flatMap((frame) => {
    const { serverContent: content = {} } = frame;
    return [
      frame.voiceActivity === undefined ? [] : ["activity"],
      content.inputTranscription === undefined ? [] : ["heard"],
      isAudio(frame) ? ["audio"] : [],
      content.interrupted === true ? ["interrupted"] : [],
      content.generationComplete === true ? ["generated"] : [],
      content.turnComplete === true ? ["complete"] : [],
    ].flat();
  });

const withoutRepeats = (list: readonly string[]) => list.filter((item, i) => item !== list[i - 1]);

describe("a spoken turn", () => {
  it.each([
    ["espeak-who.wav", "Who are you?", /emulator/iu],
    ["human-queue-thankyou.wav", "Thank you for your patience.", /welcome/iu],
  ])("[EMUS14] hears %s and answers in its order", async (file, says, reply) => {
    const client = await session(base);
    const speaking = talk(client, clipSamples(file));
    await client.next(turnComplete);
    speaking.stop();
    const frames = client.messages;
    expect(wordErrorRate(says, text(frames, "inputTranscription"))).toBe(0);
    expect(withoutRepeats(marks(frames))).toEqual([
      "activity",
      "heard",
      "activity",
      "audio",
      "generated",
      "complete",
    ]);
    expect(frames.find(turnComplete)?.usageMetadata).toBeDefined();
    const mimes = frames.flatMap((f) => f.serverContent?.modelTurn?.parts ?? []);
    expect(new Set(mimes.map(({ inlineData }) => inlineData?.mimeType))).toEqual(
      new Set(["audio/pcm;rate=24000"]),
    );
    const said = text(frames, "outputTranscription");
    expect(said).toMatch(reply);
    replies.push([said, await listener.transcribe(soundOf(frames), 24_000)]);
    await client.close();
  });

  it("[EMUS18] says what its transcripts say: WER at most 0.25", () => {
    expect(replies).toHaveLength(2);
    expect(totalWordErrorRate(replies), JSON.stringify(replies)).toBeLessThanOrEqual(0.25);
  });

  it("[EMUS15] is interrupted in the middle of a story, and answers what was said", async () => {
    const client = await session(base);
    const asking = talk(client, clipSamples("espeak-story.wav"));
    await client.next(isAudio);
    asking.stop();
    await asking.done;
    const breaking = talk(client, clipSamples("espeak-paris.wav"));
    await client.next((frame) => frame.serverContent?.interrupted === true);
    const before = client.messages.length;
    await client.next(turnComplete);
    expect(client.messages.slice(before).findIndex(isAudio)).toBe(-1);
    await client.next(turnComplete);
    breaking.stop();
    expect(text(client.messages.slice(before), "outputTranscription")).toMatch(/paris/iu);
    await client.close();
  });

  it.each([
    ["a tone", tone(16_000 * 2, 440)],
    ["noise", noise(16_000 * 2)],
    ["clicks", clicks(16_000 * 2)],
    ["silence", new Int16Array(16_000 * 2)],
    ["nothing", new Int16Array(0)],
  ])("[EMUS16] opens no turn for %s", async (_, samples) => {
    const client = await session(base);
    const judged = () => emulator.speech.stats().detector.answered;
    const before = judged();
    await client.send(audio(samples));
    await client.send(audio(new Int16Array(windowSamples * 60)));
    const windows = Math.floor(samples.length / windowSamples) + 60;
    await expect.poll(judged, { timeout: 10_000 }).toBe(before + windows);
    await client.send({ setup: {} });
    await client.closed;
    expect(marks(client.messages)).toEqual([]);
  });

  it("[EMUS17] hears other sample rates, and refuses half a sample", async () => {
    const client = await session(base);
    const slow = clipSamples("espeak-who.wav").filter((_, i) => i % 2 === 0);
    await client.send(audio(slow, 8000));
    await client.send(audio(new Int16Array(16_000), 8000));
    await client.next((frame) => /who/iu.test(frame.serverContent?.inputTranscription?.text ?? ""));
    await client.send({
      realtimeInput: { audio: { data: "AAAA", mimeType: "audio/pcm;rate=16000" } },
    });
    expect((await client.closed).code).toBe(1007);
  });
});
