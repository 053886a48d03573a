/** One conversation over four protocols: the page, SSE, the Live API with an SDK, and a phone call. */
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

test("[DOOR8] a browser, an SSE client, an SDK client and a phone receive the same turn, and the log has it once", async ({
  page,
  microphone,
}) => {
  const { publicUrl: url } = account;
  const phone = await placeCall(account);
  const { from, callSid } = phone;
  const sse = await followEvents(`${url}/events/${from}/${callSid}?is_audio=true`);
  const messages: LiveServerMessage[] = [];
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
    callbacks: { onmessage: (message) => void messages.push(message) },
  });

  microphone.record(clipSamples("espeak-which-name.wav"), 16_000);
  const startedAt = performance.now();
  const { bubbles } = await startConversation(page, {
    url: `${url}/?user=${encodeURIComponent(from)}&session=${callSid}`,
  });
  await expect(bubbles).toHaveText([/You:.*my name/is, /Agent:.*your name/s], { timeout: 30_000 });
  await expect(page.getByText("Listening")).toBeVisible({ timeout: 30_000 });
  await expect.poll(() => messages.some(isTurnComplete)).toBe(true);
  await expect.poll(() => sse.events.some(({ turnComplete }) => turnComplete)).toBe(true);
  await phone.untilQuiet(startedAt);
  const log = await logOf(`${url}/apps/assistant/users/${from}/sessions/${callSid}`);
  sdk.close();
  sse.close();
  await phone.hangUp();

  const [question] = transcriptsIn(log, "inputTranscription");
  const [answer = "", ...others] = transcriptsIn(log, "outputTranscription");
  expect(others).toEqual([]);
  expect(wordErrorRate("What is my name?", question ?? "")).toBeLessThanOrEqual(0.2);
  await expect(bubbles.last()).toContainText(answer);
  expect(transcriptsIn(sse.events, "inputTranscription")).toEqual([question]);
  expect(transcriptsIn(sse.events, "outputTranscription")).toEqual([answer]);
  expect(transcriptOf(messages, "inputTranscription")).toBe(question);
  expect(transcriptOf(messages, "outputTranscription")).toBe(answer);

  const recognizer = await openRecognizer();
  const recordings = [
    [sse.audio(), 24_000],
    [audioOf(messages), 24_000],
    [phone.audioSince(startedAt), 8_000],
  ] as const;
  for (const [samples, rate] of recordings) {
    const recognized = await recognizer.transcribe(samples, rate);
    expect(
      letterErrorRate(answer, recognized),
      `"${answer}" was recognised as "${recognized}"`,
    ).toBeLessThan(0.25);
  }
  await recognizer.close();
});

type Side = "inputTranscription" | "outputTranscription";

const isTurnComplete = ({ serverContent }: LiveServerMessage): boolean =>
  serverContent?.turnComplete === true;

async function logOf(url: string): Promise<readonly Event[]> {
  return ((await (await fetch(url)).json()) as { events: Event[] }).events;
}

/** The finished transcripts of one side. */
const transcriptsIn = (events: readonly Event[], side: Side): readonly string[] =>
  events.flatMap((event) => (event[side]?.finished ? [event[side].text] : []));

/** Joins the transcript deltas of the Live API. */
const transcriptOf = (messages: readonly LiveServerMessage[], side: Side): string =>
  messages
    .map(({ serverContent }) => serverContent?.[side]?.text ?? "")
    .join("")
    .trim();

function audioOf(messages: readonly LiveServerMessage[]): Int16Array {
  const parts = messages.flatMap(({ serverContent }) => serverContent?.modelTurn?.parts ?? []);
  const bytes = Buffer.concat(
    parts.map(({ inlineData }) => Buffer.from(inlineData?.data ?? "", "base64")),
  );
  return new Int16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}
