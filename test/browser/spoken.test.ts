/** End to end: speech into the page, the relay, the emulator, and the recorded loudspeaker. */
import { openRecognizer } from "../support/recognizer.ts";
import { clipSamples } from "../support/wavs.ts";
import { letterErrorRate, wordErrorRate } from "../support/wer.ts";
import { startConversation } from "./support/conversation.ts";
import { envelope, recording, tapRate } from "./support/tap.ts";
import { expect, test } from "./support/test.ts";

test.use({ tapped: true });
test.describe.configure({ timeout: 150_000 });

const micRate = 16_000;
const loudness = 0.01;
const isLoud = (level: number): boolean => level > loudness;

const silence = (seconds: number): Int16Array => new Int16Array(seconds * micRate);

const concat = (...clips: Int16Array[]): Int16Array =>
  Int16Array.from(clips.flatMap((clip) => [...clip]));

/** The text of a bubble without its label. */
const textOf = (bubble: string): string => bubble.trim().replace(/^(You|Agent):/, "");

test("[PAGE80] a spoken question is transcribed, and the audio of the answer matches its transcript", async ({
  page,
  parley,
  microphone,
}) => {
  // Heard most safely of the questions whose answer does not contain the time of day.
  microphone.record(clipSamples("espeak-which-name.wav"), micRate);
  const { bubbles } = await startConversation(page, { url: `${parley.url}/?session=who` });
  await expect(page.getByText("Speaking")).toBeVisible({ timeout: 30_000 });
  await expect(bubbles).toHaveText([/You:.*my name/is, /Agent:.*your name/s], { timeout: 30_000 });
  await expect(page.getByText("Listening")).toBeVisible({ timeout: 30_000 });
  const [question = "", answer = ""] = (await bubbles.allTextContents()).map(textOf);
  expect(wordErrorRate("What is my name?", question)).toBeLessThanOrEqual(0.2);

  const { samples } = await recording(page);
  const recognizer = await openRecognizer();
  const recognized = await recognizer.transcribe(samples, tapRate);
  await recognizer.close();
  expect(
    letterErrorRate(answer, recognized),
    `"${answer}" was recognised as "${recognized}"`,
  ).toBeLessThanOrEqual(0.25);
});

test("[OPUS13] with Opus both ways a spoken question is recognised, and its answer is heard", async ({
  page,
  parley,
  microphone,
}) => {
  // Of the labelled recordings, this one is heard most safely after a codec.
  microphone.record(clipSamples("human-queue-thankyou.wav"), micRate);
  const kinds = new Set<number | string>();
  page.on("websocket", (socket) => {
    socket.on("framesent", ({ payload }) => {
      if (typeof payload !== "string") kinds.add(payload.byteLength < 640 ? "up" : "PCM");
    });
    socket.on("framereceived", ({ payload }) => {
      if (typeof payload !== "string") kinds.add(payload[0] ?? 0);
    });
  });
  const url = `${parley.url}/?session=opus&opus=1`;
  const { bubbles } = await startConversation(page, { url });
  await expect(page.getByText("Speaking")).toBeVisible({ timeout: 30_000 });
  await expect(bubbles).toHaveText([/You:.*thank you/is, /Agent:.*(welcome|pleasure|help)/s], {
    timeout: 30_000,
  });
  await expect(page.getByText("Listening")).toBeVisible({ timeout: 30_000 });
  expect(kinds).toEqual(new Set(["up", 2]));
  const [question = "", answer = ""] = (await bubbles.allTextContents()).map(textOf);
  expect(wordErrorRate("Thank you for your patience.", question)).toBeLessThanOrEqual(0.2);
  const { samples } = await recording(page);
  const recognizer = await openRecognizer();
  const recognized = await recognizer.transcribe(samples, tapRate);
  await recognizer.close();
  expect(
    letterErrorRate(answer, recognized),
    `"${answer}" was recognised as "${recognized}"`,
  ).toBeLessThanOrEqual(0.25);
});

test("[PAGE81] speech during an answer silences the page until the next turn", async ({
  page,
  parley,
  microphone,
}) => {
  // Typed, not spoken: on a busy machine the fake microphone drops samples, and the emulator may mishear the request.
  microphone.record(concat(silence(9), clipSamples("espeak-stop.wav"), silence(10)), micRate);
  const { bubbles } = await startConversation(page, { url: `${parley.url}/?session=story` });
  await page.getByPlaceholder("Type a message").fill("Tell me a long story.");
  await page.getByPlaceholder("Type a message").press("Enter");
  await expect(page.getByText("Speaking")).toBeVisible({ timeout: 30_000 });
  await expect(bubbles.filter({ hasText: /Agent:.*interrupted/s })).toHaveCount(1, {
    timeout: 30_000,
  });
  await expect(bubbles.filter({ hasText: /You:/ })).toHaveCount(2, { timeout: 30_000 });
  await expect(bubbles.last()).toHaveText(/^\s*Agent:/, { timeout: 30_000 });
  await expect(page.getByText("Speaking")).toBeVisible({ timeout: 30_000 });
  await expect(page.getByText("Listening")).toBeVisible({ timeout: 30_000 });

  const { samples, marks } = await recording(page);
  const levels = envelope(samples);
  const slot = (at: number | undefined): number => Math.ceil((at ?? levels.length * 240) / 240);
  const interrupted = marks.findIndex(({ kind }) => kind === "interrupted");
  const complete = marks.findIndex(({ kind }, i) => i > interrupted && kind === "turnComplete");
  const reply = marks.findIndex(({ kind }, i) => i > complete && kind === "audio");
  expect(interrupted).toBeGreaterThan(0);
  expect(reply).toBeGreaterThan(complete);
  const interruptedSlot = slot(marks[interrupted]?.at);
  const until = levels.slice(interruptedSlot, slot(marks[reply]?.at));
  const silentAfter = (until.findLastIndex(isLoud) + 1) * 10;
  test.info().annotations.push({ type: "silent after", description: `${silentAfter} ms` });
  expect(levels.slice(interruptedSlot - 200, interruptedSlot).some(isLoud)).toBe(true);
  expect(silentAfter).toBeLessThan(150);
  expect(levels.slice(slot(marks[reply]?.at)).some(isLoud)).toBe(true);
});
