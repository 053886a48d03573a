import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startEmulator } from "../../src/emulator/node/start.ts";
import type { EmulatorHandle } from "../../src/emulator/node/start.ts";
import { windowSamples } from "../../src/emulator/node/ears/window.ts";
import { openRecognizer } from "../support/recognizer.ts";
import type { TestRecognizer } from "../support/recognizer.ts";
import { clicks, noise, tone } from "../support/sounds.ts";
import { clipSamples } from "../support/wavs.ts";
import { totalWordErrorRate, wordErrorRate } from "../support/wer.ts";
import { audio, session, soundOf, speakRecording, type ServerFrame } from "./live.ts";

let emulator: EmulatorHandle;
let recognizer: TestRecognizer;
const replies: [reference: string, recognized: string][] = [];
let base: string;

beforeAll(async () => {
  emulator = await startEmulator({ seed: 1 });
  recognizer = await openRecognizer(emulator.speech);
  base = emulator.url.replace("http", "ws");
});
afterAll(() => emulator.close());

const turnComplete = (frame: ServerFrame) => frame.serverContent?.turnComplete === true;
const text = (frames: readonly ServerFrame[], side: "inputTranscription" | "outputTranscription") =>
  frames.map((frame) => frame.serverContent?.[side]?.text ?? "").join("");
const isAudio = (frame: ServerFrame) => frame.serverContent?.modelTurn !== undefined;

/** The named markers that each frame holds, in the order of a turn. */
const marks = (frames: readonly ServerFrame[]) =>
  frames.flatMap((frame) => {
    const { serverContent: content = {} } = frame;
    return [
      frame.voiceActivity === undefined ? [] : ["activity"],
      content.inputTranscription === undefined ? [] : ["inputTranscript"],
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
    ["human-queue-thankyou.wav", "Thank you for your patience.", /welcome|pleasure|glad to help/iu],
  ])("[EMUS14] transcribes %s and replies in the service's order", async (file, says, reply) => {
    const client = await session(base);
    const speaking = speakRecording(client, clipSamples(file));
    await client.next(turnComplete);
    speaking.stop();
    const frames = client.messages;
    expect(wordErrorRate(says, text(frames, "inputTranscription"))).toBe(0);
    expect(withoutRepeats(marks(frames))).toEqual([
      "activity",
      "inputTranscript",
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
    replies.push([said, await recognizer.transcribe(soundOf(frames), 24_000)]);
    await client.close();
  });

  it("[EMUS18] speaks its transcripts: WER at most 0.25", () => {
    expect(replies).toHaveLength(2);
    expect(totalWordErrorRate(replies), JSON.stringify(replies)).toBeLessThanOrEqual(0.25);
  });

  it("[EMUS15] interrupts a story and answers the interrupting utterance", async () => {
    const client = await session(base);
    const asking = speakRecording(client, clipSamples("espeak-story.wav"));
    await client.next(isAudio);
    asking.stop();
    await asking.done;
    const breaking = speakRecording(client, clipSamples("espeak-paris.wav"));
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
    ["empty audio", new Int16Array(0)],
  ])("[EMUS16] starts no turn for %s", async (_, samples) => {
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

  it("[EMUS17] accepts other sample rates, and refuses half a sample", async () => {
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
