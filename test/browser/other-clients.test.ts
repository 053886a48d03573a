/** One conversation and four doors: a page that is spoken to, a listener with nothing but HTTP, an SDK, and a phone. */
import { GoogleGenAI, Modality, type LiveServerMessage } from "@google/genai";
import type { Event } from "../../src/wire/adk.ts";
import { openRecognizer } from "../support/recognizer.ts";
import { freePort, startParley, type Parley } from "../support/parley.ts";
import { placeCall, type TwilioAccount } from "../support/twilio.ts";
import { clipSamples } from "../support/wavs.ts";
import { letterErrorRate, wordErrorRate } from "../support/wer.ts";
import { followEvents } from "./support/sse-follower.ts";
import { startConversation } from "./support/conversation.ts";
import { expect, test } from "./support/test.ts";

test.describe.configure({ timeout: 120_000 });

let parley: Parley;
let account: TwilioAccount;

test.beforeAll(async () => {
  const port = await freePort();
  account = { publicUrl: `http://127.0.0.1:${port}`, authToken: "a-token-of-twilio" };
  const settings = { PUBLIC_URL: account.publicUrl, TWILIO_AUTH_TOKEN: account.authToken };
  parley = await startParley({ port, settings });
});

test.afterAll(async () => {
  await parley.stop();
});

test("[DOOR8] a browser, a listener with only HTTP, an SDK client and a phone hear the same turn, and the log is one", async ({
  page,
  microphone,
}) => {
  const { publicUrl: url } = account;
  const phone = await placeCall(account);
  const { from, callSid } = phone;
  const http = await followEvents(`${url}/events/${from}/${callSid}?is_audio=true`);
  const told: LiveServerMessage[] = [];
  const ai = new GoogleGenAI({
    apiKey: "any",
    httpOptions: { baseUrl: `${url}/live/assistant/${from}/${callSid}` },
  });
  const sdk = await ai.live.connect({
    model: "gemini-3.8-live",
    config: {
      responseModalities: [Modality.AUDIO],
      inputAudioTranscription: {},
      outputAudioTranscription: {},
    },
    callbacks: { onmessage: (message) => void told.push(message) },
  });

  microphone.record(clipSamples("espeak-who.wav"), 16_000);
  const began = performance.now();
  const { bubbles } = await startConversation(page, {
    url: `${url}/?user=${encodeURIComponent(from)}&session=${callSid}`,
  });
  await expect(bubbles).toHaveText([/You:.*who/is, /Agent:.*emulator/s], { timeout: 30_000 });
  await expect(page.getByText("Listening")).toBeVisible({ timeout: 30_000 });
  await expect.poll(() => told.some(isOver)).toBe(true);
  await expect.poll(() => http.events.some(({ turnComplete }) => turnComplete)).toBe(true);
  await phone.untilQuiet(began);
  const log = await logOf(`${url}/apps/assistant/users/${from}/sessions/${callSid}`);
  sdk.close();
  http.close();
  await phone.hangUp();

  const [question] = wordsOf(log, "inputTranscription");
  const [answer = "", ...others] = wordsOf(log, "outputTranscription");
  expect(others).toEqual([]);
  expect(wordErrorRate("Who are you?", question ?? "")).toBeLessThanOrEqual(0.2);
  await expect(bubbles.last()).toContainText(answer);
  expect(wordsOf(http.events, "inputTranscription")).toEqual([question]);
  expect(wordsOf(http.events, "outputTranscription")).toEqual([answer]);
  expect(written(told, "inputTranscription")).toBe(question);
  expect(written(told, "outputTranscription")).toBe(answer);

  const listener = await openRecognizer();
  const sounds = [
    [http.sound(), 24_000],
    [soundOf(told), 24_000],
    [phone.audioSince(began), 8_000],
  ] as const;
  for (const [sound, rate] of sounds) {
    const heard = await listener.transcribe(sound, rate);
    expect(letterErrorRate(answer, heard), `"${answer}" was heard as "${heard}"`).toBeLessThan(
      0.25,
    );
  }
  await listener.close();
});

type Side = "inputTranscription" | "outputTranscription";

const isOver = ({ serverContent }: LiveServerMessage): boolean =>
  serverContent?.turnComplete === true;

async function logOf(url: string): Promise<readonly Event[]> {
  return ((await (await fetch(url)).json()) as { events: Event[] }).events;
}

/** The whole transcripts among events. */
const wordsOf = (events: readonly Event[], side: Side): readonly string[] =>
  events.flatMap((event) => (event[side]?.finished ? [event[side].text] : []));

/** The pieces that the Live API sends, put together. */
const written = (messages: readonly LiveServerMessage[], side: Side): string =>
  messages
    .map(({ serverContent }) => serverContent?.[side]?.text ?? "")
    .join("")
    .trim();

function soundOf(messages: readonly LiveServerMessage[]): Int16Array {
  const parts = messages.flatMap(({ serverContent }) => serverContent?.modelTurn?.parts ?? []);
  const bytes = Buffer.concat(
    parts.map(({ inlineData }) => Buffer.from(inlineData?.data ?? "", "base64")),
  );
  return new Int16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}
