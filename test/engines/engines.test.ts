/** The page in Firefox and WebKitGTK, by voice: a microphone that is spoken into, a loudspeaker that is recorded. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { envelope } from "../browser/support/tap.ts";
import { startParley, type Parley } from "../support/parley.ts";
import { openRecognizer, type TestRecognizer } from "../support/recognizer.ts";
import { clipSamples } from "../support/wavs.ts";
import { letterErrorRate } from "../support/wer.ts";
import type { Browser } from "./support/browser.ts";
import { CallPage } from "./support/call-page.ts";
import { engines } from "./support/engines.ts";
import { recordingRate, SoundServer } from "./support/sound-server.ts";

const clipRate = 16_000;
const isLoud = (level: number): boolean => level > 0.01;
/** Of 10 ms. */
const slotSamples = recordingRate / 100;

let parley: Parley;
let recognizer: TestRecognizer;

describe.skipIf(engines.every(({ missing }) => missing))("engines", () => {
  beforeAll(async () => {
    [parley, recognizer] = await Promise.all([startParley(), openRecognizer()]);
  });

  afterAll(async () => {
    await Promise.all([parley.stop(), recognizer.close()]);
  });

  for (const { name, missing, open } of engines)
    describe.skipIf(missing)(missing ?? name, () => {
      let sound: SoundServer;
      let browser: Browser;
      let page: CallPage;

      beforeAll(async () => {
        sound = await SoundServer.open();
        browser = await open(sound.env);
        page = new CallPage(browser);
        console.info(browser.version);
      });

      afterAll(async () => {
        await browser.close();
        await sound.close();
      });

      const openConversation = (session: string): Promise<void> =>
        page.open(`http://localhost:${parley.port}/?session=${name}-${session}`);

      const startTalking = async (): Promise<void> => {
        await page.press("button", "Start talking");
        await page.reaches("Listening");
      };

      const speak = (clip: string): Promise<void> => sound.speak(clipSamples(clip), clipRate);

      /** Waits for the whole answer. @returns the captions of the turn. */
      const hearAnswer = async (phaseAfter: string): Promise<readonly string[]> => {
        await page.reaches("Speaking");
        await page.reaches(phaseAfter);
        return page.captions();
      };

      const levelsSince = (from: number): number[] =>
        envelope(sound.recording().slice(from), recordingRate);

      /** Compares the loudspeaker's sound since `from` with a caption. */
      const expectHeard = async (from: number, caption: string | undefined): Promise<void> => {
        const answer = textOf(caption);
        const heard = await recognizer.transcribe(sound.recording().slice(from), recordingRate);
        expect(
          letterErrorRate(answer, heard),
          `"${answer}" was recognised as "${heard}"`,
        ).toBeLessThanOrEqual(0.25);
      };

      test("[ENGINE1] a typed question is answered in captions and in sound", async () => {
        const from = sound.recording().length;
        await openConversation("typed");
        await page.send("What is two plus two?");
        const captions = await hearAnswer("Connected");
        expect(captions).toEqual(["You: What is two plus two?", expect.stringMatching(/^Agent: /)]);
        await expectHeard(from, captions[1]);
      });

      test("[ENGINE2] a spoken question is understood, and its answer is heard", async () => {
        const from = sound.recording().length;
        await openConversation("spoken");
        await startTalking();
        await speak("espeak-who.wav");
        const captions = await hearAnswer("Listening");
        // The answer shows that the question was understood: the recogniser may miss a word of it.
        expect(captions).toEqual([
          expect.stringMatching(/^You: .*are you/i),
          expect.stringMatching(/^Agent: .*emulator/),
        ]);
        await expectHeard(from, captions[1]);
      });

      test("[ENGINE3] speech silences a story, of which nothing follows, and is answered", async ({
        annotate,
      }) => {
        await openConversation("story");
        await startTalking();
        await page.send("Tell me a long story.");
        await page.reaches("Speaking");
        await expect
          .poll(() => levelsSince(sound.recording().length - recordingRate).some(isLoud))
          .toBe(true);
        const from = sound.recording().length;
        await speak("espeak-sum.wav");
        await expect.poll(() => page.captions(), { timeout: 30_000 }).toHaveLength(4);
        const [, story, question, answer] = await hearAnswer("Listening");
        expect(story).toMatch(/^Agent: .*interrupted$/);
        expect(question).toMatch(/^You: /);

        const silentAfter = lastSilence(levelsSince(from));
        await annotate(`silent ${silentAfter * 10} ms after the recording of the speech began`);
        // The story lasts much longer. The bound is not the page's latency: the recording begins with silence.
        expect(silentAfter * 10).toBeLessThan(4_000);
        await expectHeard(from + silentAfter * slotSamples, answer);
      });

      test("[ENGINE4] a reload keeps the captions, and the conversation goes on by voice", async () => {
        await openConversation("reload");
        await startTalking();
        await page.send("My name is Ada.");
        const before = await hearAnswer("Listening");
        await page.reload();
        await page.reaches("Tap to hear on");
        expect(await page.captions()).toEqual(before);
        const from = sound.recording().length;
        await page.press("button", "Hear on");
        await page.reaches("Listening");
        await speak("espeak-which-name.wav");
        const captions = await hearAnswer("Listening");
        expect(captions.slice(0, 2)).toEqual(before);
        expect(captions[3]).toMatch(/Ada/);
        await expectHeard(from, captions[3]);
      });
    });
});

/** A caption without its speaker. */
const textOf = (caption = ""): string => caption.replace(/^(You|Agent): /, "");

/**
 * @returns where the last silence of half a second begins that is followed by sound. The pauses of speech are shorter; a
 * client that waits for the server's confirmation may be silent before, and go on.
 */
function lastSilence(levels: readonly number[]): number {
  const begins = levels.flatMap((level, i) =>
    !isLoud(level) && isLoud(levels[i - 1] ?? 1) ? [i] : [],
  );
  const isLong = (from: number): boolean =>
    levels.findIndex((level, i) => i > from && isLoud(level)) >= from + 50;
  return begins.findLast(isLong) ?? Infinity;
}
