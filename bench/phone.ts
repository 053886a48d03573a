/**
 * `npm run bench:phone -- [turns]`: the time from a caller's interruption to Twilio's `clear`, median and worst.
 *
 * Starts parley as `npm start` does and calls it as Twilio does: µ-law in frames of 20 ms at real-time pace. Each turn is
 * a call of its own, in which the agent tells a long story and a voice interrupts it.
 */
import { freePort, startParley } from "../test/support/parley.ts";
import { connectAdkClient } from "../test/support/adk-client.ts";
import { placeCall } from "../test/support/twilio.ts";
import { clipSamples } from "../test/support/wavs.ts";
import { summary } from "./show/statistics.ts";

const turns = Number(process.argv[2] ?? 10);
const port = await freePort();
const account = { publicUrl: `http://127.0.0.1:${port}`, authToken: "a-token-of-twilio" };
const parley = await startParley({
  port,
  settings: { PUBLIC_URL: account.publicUrl, TWILIO_AUTH_TOKEN: account.authToken },
});
const voice = clipSamples("espeak-stop.wav");
const firstWord = voice.subarray(voice.findIndex((sample) => Math.abs(sample) > 500));
const waits: number[] = [];
const answers: number[] = [];
try {
  // The first turn warms up the models and does not count.
  for (let turn = 0; turn <= turns; turn++) {
    const [answer, wait] = await interrupted(turn);
    if (turn > 0) answers.push(answer);
    if (turn > 0) waits.push(wait);
  }
  console.log(summary("end of speech → first reply audio, on the phone", answers));
  console.log(summary("onset of speech → clear, on the phone", waits));
} finally {
  await parley.stop();
}

/** @returns ms from the last word to the first sound, and from the onset of speech to `clear`. */
async function interrupted(turn: number): Promise<readonly [number, number]> {
  const phone = await placeCall(account, `+1415555${1000 + turn}`);
  const eve = await connectAdkClient(`${parley.url}${phone.path}`);
  const question = clipSamples("espeak-story.wav");
  const end = question.findLastIndex((sample) => Math.abs(sample) > 500);
  await phone.speak(question.subarray(0, end + 1));
  const asked = performance.now();
  await phone.untilPlayed(20);
  const answer = (phone.played[0]?.at ?? Number.NaN) - asked;
  // At a different point of the story each time.
  await phone.untilPlayed(1_000 + 100 * turn);
  const onset = performance.now();
  void phone.speak(firstWord);
  await eve.next((event) => event.interrupted === true);
  await phone.socket.next(({ event }) => event === "clear");
  const wait = (phone.clears[0]?.at ?? Number.NaN) - onset;
  await Promise.all([phone.hangUp(), eve.close()]);
  return [answer, wait];
}
