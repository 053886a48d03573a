/**
 * `npm run show`: the latencies of a spoken conversation on this machine, median and worst.
 *
 * Starts parley as `npm start` does, plays recordings to it at real-time pace in frames of 100 ms over ten
 * turns, and measures at the client.
 */
import { startParley } from "../test/support/parley.ts";
import { clipSamples } from "../test/support/wavs.ts";
import { showAnswer } from "./show/answer.ts";
import { showBargeIn } from "./show/barge-in.ts";
import { showRelay } from "./show/relay.ts";
import { summary } from "./show/statistics.ts";

const turns = 10;
const parley = await startParley();
try {
  const question = clipSamples("espeak-paris.wav");
  // The first turn warms up the models and does not count.
  await showAnswer(parley, question, 1);
  console.log(
    summary("end of speech → first reply audio", await showAnswer(parley, question, turns)),
  );
  console.log(summary("onset of speech → interrupted", await showBargeIn(parley, turns)));
} finally {
  await parley.stop();
}
console.log(summary("delay the relay adds to a reply frame", await showRelay(5)));
