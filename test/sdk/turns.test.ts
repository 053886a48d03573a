import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ActivityHandling, type Blob as Media } from "@google/genai";
import { startEmulator, type EmulatorHandle } from "../../src/emulator/node/start.ts";
import { speak } from "../support/speaker.ts";
import { clipSamples } from "../support/wavs.ts";
import { wordErrorRate } from "../support/wer.ts";
import {
  ask,
  hasAudio,
  inputTranscript,
  interrupted,
  outputTranscript,
  audioMs,
  openSession,
  turnComplete,
  type SdkSession,
} from "./session.ts";

let emulator: EmulatorHandle;
let url: string;

beforeAll(async () => {
  emulator = await startEmulator({ seed: 1 });
  ({ url } = emulator);
});
afterAll(() => emulator.close());

function media(samples: Int16Array): Media {
  const bytes = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
  return { data: bytes.toString("base64"), mimeType: "audio/pcm;rate=16000" };
}

/** Speaks a recording in real time, then stays silent until told to stop. */
function saying({ session }: SdkSession, file: string) {
  const silence = new AbortController();
  const speaking = speak(
    clipSamples(file),
    (frame) => session.sendRealtimeInput({ audio: media(frame) }),
    { frame: 100, silence: 30_000, signal: silence.signal },
  );
  return { ...speaking, stop: () => silence.abort() };
}

describe("the official SDK against the emulator", () => {
  it.each(["v1", "v1beta", "v1alpha"])("[SDK1] completes a text turn by %s", async (apiVersion) => {
    const line = await openSession({ url, apiVersion });
    const messages = await ask(line, "What is two plus two?");
    expect(outputTranscript(messages).trim()).toBe("Two plus two is four.");
    expect(audioMs(messages)).toBeGreaterThan(500);
    expect(messages.at(-1)?.usageMetadata?.totalTokenCount).toBeGreaterThan(0);
    expect((await line.close()).code).toBeLessThan(1006);
  });

  it("[SDK2] completes a turn of client content, held until it is complete", async () => {
    const line = await openSession({ url });
    line.session.sendClientContent({ turns: "My name is Ada.", turnComplete: false });
    line.session.sendClientContent({ turns: "What is my name?", turnComplete: true });
    await line.next(turnComplete);
    expect(outputTranscript(line.messages)).toMatch(/Ada/);
    await line.close();
  });

  it("[SDK3] completes a spoken turn", async () => {
    const line = await openSession({ url });
    const speaking = saying(line, "espeak-paris.wav");
    await line.next(turnComplete);
    speaking.stop();
    expect(wordErrorRate("What time is it in Paris?", inputTranscript(line.messages))).toBe(0);
    expect(outputTranscript(line.messages)).toMatch(/in Paris\./);
    expect(audioMs(line.messages)).toBeGreaterThan(1000);
    const mimes = line.messages.flatMap(
      ({ serverContent }) => serverContent?.modelTurn?.parts ?? [],
    );
    expect(mimes[0]?.inlineData?.mimeType).toBe("audio/pcm;rate=24000");
    await line.close();
  });

  it("[SDK4] interrupts a story by voice, and hears none of it afterwards", async () => {
    const line = await openSession({ url });
    line.session.sendRealtimeInput({ text: "Tell me a long story." });
    await line.next(hasAudio);
    const speaking = saying(line, "espeak-tokyo.wav");
    await line.next(interrupted);
    const from = line.messages.length;
    await line.next(turnComplete);
    expect(line.messages.slice(from).some(hasAudio)).toBe(false);
    await line.next(turnComplete);
    speaking.stop();
    expect(outputTranscript(line.messages.slice(from))).toMatch(/Tokyo/);
    await line.close();
  });

  it("[SDK5] interrupts by text", async () => {
    const line = await openSession({ url });
    line.session.sendRealtimeInput({ text: "Tell me a long story." });
    await line.next(hasAudio);
    line.session.sendRealtimeInput({ text: "Stop." });
    await line.next(interrupted);
    await line.next(turnComplete);
    const from = line.messages.length;
    await line.next(turnComplete);
    expect(outputTranscript(line.messages.slice(from))).toMatch(/okay|all right|sure/i);
    await line.close();
  });

  it("[SDK6] marks its own activity when detection is off", async () => {
    const config = { realtimeInputConfig: { automaticActivityDetection: { disabled: true } } };
    const line = await openSession({ url, config });
    line.session.sendRealtimeInput({ activityStart: {} });
    line.session.sendRealtimeInput({ audio: media(clipSamples("espeak-sum.wav")) });
    line.session.sendRealtimeInput({ activityEnd: {} });
    await line.next(turnComplete);
    expect(outputTranscript(line.messages)).toMatch(/is four/);
    await line.close();
  });

  it("[SDK7] lets the model finish with NO_INTERRUPTION, and then answers", async () => {
    const config = {
      realtimeInputConfig: { activityHandling: ActivityHandling.NO_INTERRUPTION },
    };
    const line = await openSession({ url, config });
    line.session.sendRealtimeInput({ text: "Count to five." });
    await line.next(hasAudio);
    line.session.sendRealtimeInput({ text: "What is two plus two?" });
    await line.next(turnComplete);
    await line.next(turnComplete);
    expect(line.messages.some(interrupted)).toBe(false);
    expect(outputTranscript(line.messages)).toMatch(/four, five\..*is four/s);
    await line.close();
  });

  it("[SDK8] speaks first when nudged, by the name the instruction gives", async () => {
    const systemInstruction = "You are Maya, a friendly shop assistant.";
    const line = await openSession({ url, config: { systemInstruction } });
    const messages = await ask(line, "Say hello and ask what they are looking for");
    expect(outputTranscript(messages)).toMatch(/Maya.*What are you looking for\?/s);
    await line.close();
  });
});
