/** The real thing: a page that is spoken to, the relay, the emulator, and what comes out of the loudspeaker. */
import { openRecognizer } from "../support/recognizer.ts";
import { clipSamples } from "../support/wavs.ts";
import { letterErrorRate, wordErrorRate } from "../support/wer.ts";
import { startConversation } from "./support/conversation.ts";
import { envelope, recording, tapRate } from "./support/tap.ts";
import { expect, test } from "./support/test.ts";

test.use({ tapped: true });
test.describe.configure({ timeout: 150_000 });

const micRate = 16_000;
const loud = 0.01;
const isLoud = (level: number): boolean => level > loud;

const silence = (seconds: number): Int16Array => new Int16Array(seconds * micRate);

const joined = (...pieces: Int16Array[]): Int16Array =>
  Int16Array.from(pieces.flatMap((piece) => [...piece]));

/** The words of a bubble, without who said it. */
const said = (bubble: string): string => bubble.trim().replace(/^(You|Agent):/, "");

test("[PAGE80] a spoken question is understood, and its answer is heard as it is written", async ({
  page,
  parley,
  microphone,
}) => {
  // An answer that is the same at every hour: some times of day are hard to hear.
  microphone.record(clipSamples("espeak-who.wav"), micRate);
  const { bubbles } = await startConversation(page, { url: `${parley.url}/?session=who` });
  await expect(bubbles).toHaveText([/You:.*who/is, /Agent:.*emulator/s], { timeout: 30_000 });
  await expect(page.getByText("Speaking")).toBeVisible();
  await expect(page.getByText("Listening")).toBeVisible({ timeout: 30_000 });
  const [question = "", answer = ""] = (await bubbles.allTextContents()).map(said);
  expect(wordErrorRate("Who are you?", question)).toBeLessThanOrEqual(0.2);

  const { samples } = await recording(page);
  const listener = await openRecognizer();
  const heard = await listener.transcribe(samples, tapRate);
  await listener.close();
  expect(letterErrorRate(answer, heard), `"${answer}" was heard as "${heard}"`).toBeLessThanOrEqual(
    0.25,
  );
});

test("[PAGE81] spoken to in the middle of a long story, the page falls silent and stays so until the next turn", async ({
  page,
  parley,
  microphone,
}) => {
  // Asked for in writing: a busy machine's fake microphone drops samples, and a story misheard is no story.
  microphone.record(joined(silence(9), clipSamples("espeak-stop.wav"), silence(10)), micRate);
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
  const cut = slot(marks[interrupted]?.at);
  const quiet = levels.slice(cut, slot(marks[reply]?.at));
  const silentAfter = (quiet.findLastIndex(isLoud) + 1) * 10;
  test.info().annotations.push({ type: "silent after", description: `${silentAfter} ms` });
  expect(levels.slice(cut - 200, cut).some(isLoud)).toBe(true);
  expect(silentAfter).toBeLessThan(150);
  expect(levels.slice(slot(marks[reply]?.at)).some(isLoud)).toBe(true);
});
