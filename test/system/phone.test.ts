import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openRecognizer, type TestRecognizer } from "../support/recognizer.ts";
import { freePort, startParley, type Parley } from "../support/parley.ts";
import { finishedTranscripts, audioSamples, connectAdkClient } from "../support/adk-client.ts";
import { placeCall, type TwilioAccount } from "../support/twilio.ts";
import { clipSamples } from "../support/wavs.ts";
import { letterErrorRate } from "../support/wer.ts";

let parley: Parley;
let listener: TestRecognizer;
let account: TwilioAccount;

beforeAll(async () => {
  const port = await freePort();
  account = { publicUrl: `http://127.0.0.1:${port}`, authToken: "a-token-of-twilio" };
  const settings = { PUBLIC_URL: account.publicUrl, TWILIO_AUTH_TOKEN: account.authToken };
  [parley, listener] = await Promise.all([startParley({ port, settings }), openRecognizer()]);
});

afterAll(async () => {
  await Promise.all([parley.stop(), listener.close()]);
});

describe("[PHONE13] a spoken call over a simulated telephone line", () => {
  it("a question is recognized, and the answer's audio is recognized after µ-law by all listeners", async () => {
    const phone = await placeCall(account);
    const eve = await connectAdkClient(`${parley.url}${phone.path}`);
    const began = performance.now();
    // Clear at 8 kHz, as all its answers are: not so "Very good, thanks. How are you?", and some times of day.
    await phone.speak(clipSamples("espeak-thanks.wav"));
    await eve.turn();
    await phone.untilQuiet(began);
    const understood = finishedTranscripts(eve.messages, "inputTranscription").join(" ");
    // Telephone audio costs a recognizer a word now and then.
    expect(
      letterErrorRate("Thank you very much.", understood),
      `it was understood as "${understood}"`,
    ).toBeLessThanOrEqual(0.25);
    const [transcript = ""] = finishedTranscripts(eve.messages, "outputTranscription");
    const sound = phone.audioSince(began);
    const recognized = await listener.transcribe(sound, 8_000);
    // Unrelated texts are above a half.
    expect(
      letterErrorRate(transcript, recognized),
      `"${transcript}" was recognized as "${recognized}"`,
    ).toBeLessThan(0.35);
    // The same turn, to the frame of 20 ms and the end of the filter.
    const others = audioSamples(eve.messages).length / 24_000;
    expect(Math.abs(sound.length / 8_000 - others)).toBeLessThan(0.03);
    await phone.hangUp();
    await eve.close();
  });

  it("a voice interrupts: the line is cleared, the log knows how much was played, and the new utterance is answered", async () => {
    const phone = await placeCall(account);
    const eve = await connectAdkClient(`${parley.url}${phone.path}`);
    await eve.sendText("Tell me a long story.");
    await phone.untilPlayed(1_500);
    await phone.speak(clipSamples("espeak-tokyo.wav"));
    await eve.next(
      (event) =>
        event.outputTranscription?.finished === true &&
        event.outputTranscription.text.includes("Tokyo"),
    );
    const [clear] = phone.clears;
    expect(clear?.unplayedMs).toBeGreaterThan(500);
    const cut = eve.messages.find((event) => event.interrupted === true);
    const heardMs = Number(cut?.customMetadata?.["heardMs"]);
    const played = phone.played.filter(({ at }) => at < (clear?.at ?? 0)).length * 20;
    // Marks are 200 ms apart.
    expect(heardMs).toBeGreaterThan(played - 500);
    expect(heardMs).toBeLessThanOrEqual(played);
    await phone.hangUp();
    await eve.close();
  });
});
