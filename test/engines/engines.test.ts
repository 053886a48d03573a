/** The page in Firefox and WebKitGTK, by voice: a microphone that is spoken into, a loudspeaker that is recorded. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { envelope } from "../browser/support/tap.ts";
import { OtherOrigin } from "../browser/support/other-origin.ts";
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
const isPositive = (value: number): boolean => value > 0;
/** Of 10 ms. */
const slotSamples = recordingRate / 100;

let parley: Parley;
/** A page of another origin. */
let shop: OtherOrigin;
let recognizer: TestRecognizer;

describe.skipIf(engines.every(({ missing }) => missing))("engines", () => {
  beforeAll(async () => {
    shop = await OtherOrigin.open();
    const settings = { ALLOWED_ORIGINS: shop.origin };
    [parley, recognizer] = await Promise.all([startParley({ settings }), openRecognizer()]);
  });

  afterAll(async () => {
    shop.close();
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

      const openConversation = (session: string, search = ""): Promise<void> =>
        page.open(`http://localhost:${parley.port}/?session=${name}-${session}${search}`);

      const startTalking = async (): Promise<void> => {
        await page.press("button", "Start talking");
        await page.reaches("Listening");
      };

      const speak = (clip: string, microphone?: "Headset"): Promise<void> =>
        sound.speak(clipSamples(clip), clipRate, microphone);

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
        await speak("espeak-which-name.wav");
        const captions = await hearAnswer("Listening");
        // The answer shows that the question was understood: the recogniser may miss a word of it.
        expect(captions).toEqual([
          expect.stringMatching(/^You: .*my name/i),
          expect.stringMatching(/^Agent: .*your name/),
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
        await page.reaches("Tap to resume");
        expect(await page.captions()).toEqual(before);
        const from = sound.recording().length;
        await page.press("button", "Resume");
        await page.reaches("Listening");
        await speak("espeak-which-name.wav");
        const captions = await hearAnswer("Listening");
        expect(captions.slice(0, 2)).toEqual(before);
        expect(captions[3]).toMatch(/Ada/);
        await expectHeard(from, captions[3]);
      });

      test("[ENGINE6] in push to talk a question is taken while the space bar is held", async () => {
        await openConversation("push-to-talk", "&turns=push-to-talk");
        await page.press("button", "Start talking");
        await page.reaches("Hold to talk");
        // What is said before the control is held must not be heard.
        await speak("espeak-sum.wav");
        await page.holdKey(" ");
        await page.reaches("Listening");
        await speak("espeak-which-name.wav");
        const from = sound.recording().length;
        await page.releaseKey(" ");
        const captions = await hearAnswer("Hold to talk");
        expect(captions).toEqual([
          expect.stringMatching(/^You: .*my name/i),
          expect.stringMatching(/^Agent: .*your name/),
        ]);
        await expectHeard(from, captions[1]);
      });

      test("[ENGINE7] another microphone of the settings is heard in the middle of a conversation", async () => {
        await openConversation("devices");
        await startTalking();
        await page.press("button", "Menu");
        await page.press("button", "Settings");
        await page.choose("Microphone", "Headset");
        await page.press("button", "Close");
        // The microphone of before is not heard any more.
        await speak("espeak-sum.wav");
        await speak("espeak-which-name.wav", "Headset");
        const captions = await hearAnswer("Listening");
        expect(captions).toEqual([
          expect.stringMatching(/^You: .*my name/i),
          expect.stringMatching(/^Agent: .*your name/),
        ]);
      });

      test("[ENGINE8] the tag talks by voice on a page of another origin", async () => {
        const server = `http://localhost:${parley.port}`;
        shop.content.html = `<!doctype html><html lang="en"><title>A shop</title>
          <script type="module" src="${server}/parley.js"></script>
          <parley-call agent="assistant"></parley-call></html>`;
        await page.open(shop.origin);
        await page.press("button", "Talk to us");
        await page.press("button", "Start talking");
        await page.reaches("Listening");
        const from = sound.recording().length;
        await speak("espeak-which-name.wav");
        const captions = await hearAnswer("Listening");
        expect(captions).toEqual([
          expect.stringMatching(/my name/i),
          expect.stringMatching(/your name/),
        ]);
        await expectHeard(from, captions[1]);
      });

      describe("with the engine's own camera", () => {
        let cameraBrowser: Browser;

        beforeAll(async () => {
          cameraBrowser = await open(sound.env, { mockDevices: true });
        });

        afterAll(() => cameraBrowser.close());

        test("[ENGINE9] the camera is shown, and the agent sees its pictures", async () => {
          const cameraPage = new CallPage(cameraBrowser);
          await cameraPage.open(`http://localhost:${parley.port}/?session=${name}-camera`);
          await cameraPage.press("button", "Camera");
          await expect
            .poll(() => cameraPage.pictures(), { timeout: 10_000 })
            .toEqual({ preview: expect.toSatisfy(isPositive), sent: expect.toSatisfy(isPositive) });
          await cameraPage.send("What do you see?");
          await expect
            .poll(() => cameraPage.captions(), { timeout: 20_000 })
            .toEqual([
              "You: What do you see?",
              expect.stringMatching(/^Agent: .*colours and light/),
            ]);
        });
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
