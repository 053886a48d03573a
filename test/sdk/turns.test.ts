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

/** Speaks a recording in real time, then sends silence until stopped. */
function speakRecording({ session }: SdkSession, file: string) {
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
    const sdk = await openSession({ url, apiVersion });
    const messages = await ask(sdk, "What is two plus two?");
    expect(outputTranscript(messages).trim()).toBe("Two plus two is four.");
    expect(audioMs(messages)).toBeGreaterThan(500);
    expect(messages.at(-1)?.usageMetadata?.totalTokenCount).toBeGreaterThan(0);
    expect((await sdk.close()).code).toBeLessThan(1006);
  });

  it("[SDK2] completes a turn of client content once turnComplete is set", async () => {
    const sdk = await openSession({ url });
    sdk.session.sendClientContent({ turns: "My name is Ada.", turnComplete: false });
    sdk.session.sendClientContent({ turns: "What is my name?", turnComplete: true });
    await sdk.next(turnComplete);
    expect(outputTranscript(sdk.messages)).toMatch(/Ada/);
    await sdk.close();
  });

  it("[SDK3] completes a spoken turn", async () => {
    const sdk = await openSession({ url });
    const speaking = speakRecording(sdk, "espeak-paris.wav");
    await sdk.next(turnComplete);
    speaking.stop();
    expect(wordErrorRate("What time is it in Paris?", inputTranscript(sdk.messages))).toBe(0);
    expect(outputTranscript(sdk.messages)).toMatch(/in Paris\./);
    expect(audioMs(sdk.messages)).toBeGreaterThan(1000);
    const mimes = sdk.messages.flatMap(
      ({ serverContent }) => serverContent?.modelTurn?.parts ?? [],
    );
    expect(mimes[0]?.inlineData?.mimeType).toBe("audio/pcm;rate=24000");
    await sdk.close();
  });

  it("[SDK4] interrupts a story by voice, and receives none of it afterwards", async () => {
    const sdk = await openSession({ url });
    sdk.session.sendRealtimeInput({ text: "Tell me a long story." });
    await sdk.next(hasAudio);
    const speaking = speakRecording(sdk, "espeak-tokyo.wav");
    await sdk.next(interrupted);
    const from = sdk.messages.length;
    await sdk.next(turnComplete);
    expect(sdk.messages.slice(from).some(hasAudio)).toBe(false);
    await sdk.next(turnComplete);
    speaking.stop();
    expect(outputTranscript(sdk.messages.slice(from))).toMatch(/Tokyo/);
    await sdk.close();
  });

  it("[SDK5] interrupts by text", async () => {
    const sdk = await openSession({ url });
    sdk.session.sendRealtimeInput({ text: "Tell me a long story." });
    await sdk.next(hasAudio);
    sdk.session.sendRealtimeInput({ text: "Stop." });
    await sdk.next(interrupted);
    await sdk.next(turnComplete);
    const from = sdk.messages.length;
    await sdk.next(turnComplete);
    expect(outputTranscript(sdk.messages.slice(from))).toMatch(/okay|all right|sure/i);
    await sdk.close();
  });

  it("[SDK6] marks its own activity when detection is disabled", async () => {
    const config = { realtimeInputConfig: { automaticActivityDetection: { disabled: true } } };
    const sdk = await openSession({ url, config });
    sdk.session.sendRealtimeInput({ activityStart: {} });
    sdk.session.sendRealtimeInput({ audio: media(clipSamples("espeak-sum.wav")) });
    sdk.session.sendRealtimeInput({ activityEnd: {} });
    await sdk.next(turnComplete);
    expect(outputTranscript(sdk.messages)).toMatch(/is four/);
    await sdk.close();
  });

  it("[SDK7] receives the whole reply with NO_INTERRUPTION, and then the next", async () => {
    const config = {
      realtimeInputConfig: { activityHandling: ActivityHandling.NO_INTERRUPTION },
    };
    const sdk = await openSession({ url, config });
    sdk.session.sendRealtimeInput({ text: "Count to five." });
    await sdk.next(hasAudio);
    sdk.session.sendRealtimeInput({ text: "What is two plus two?" });
    await sdk.next(turnComplete);
    await sdk.next(turnComplete);
    expect(sdk.messages.some(interrupted)).toBe(false);
    expect(outputTranscript(sdk.messages)).toMatch(/four, five\..*is four/s);
    await sdk.close();
  });

  it("[SDK8] receives a greeting on request, with the name from the instruction", async () => {
    const systemInstruction = "You are Maya, a friendly shop assistant.";
    const sdk = await openSession({ url, config: { systemInstruction } });
    const messages = await ask(sdk, "Say hello and ask what they are looking for");
    expect(outputTranscript(messages)).toMatch(/Maya.*What are you looking for\?/s);
    await sdk.close();
  });
});
