/**
 * `npm run bench:endpointing`: the end of a user's turn, by who decides on it: time from the last word to the first
 * sound, and the share of sentences that are cut: they end up in more than one turn, or a transcript misses words.
 *
 * On a simulated clock by default, which other work on the machine does not affect, and without transcripts;
 * `-- --transcripts` adds them (ten minutes). `-- --live [4]` plays the sentences through parley at real-time pace, so
 * many at once, on a quiet machine. `--part=2/5` plays every fifth sentence, from the second on.
 * `--recordings=FOLDER`, which may be repeated, plays the WAV files of a folder in place of the labelled sentences.
 */
import { parseArgs } from "node:util";
import { openSpeechService } from "../src/emulator/node/speech.ts";
import { audioOf, connectAdkClient, finishedTranscripts } from "../test/support/adk-client.ts";
import { startParley, type Parley } from "../test/support/parley.ts";
import { speak } from "../test/support/speaker.ts";
import { playAll, report, settings, spokenSamples, type Outcome } from "./endpointing/outcome.ts";
import { copyProject } from "./endpointing/project.ts";
import { readRecordings } from "./endpointing/recordings.ts";
import { readSentences, type Sentence } from "./endpointing/sentences.ts";
import { playSimulated, RelaySide } from "./endpointing/simulated.ts";

/** After the last word, in ms: longer than any setting and the answer take. */
const silenceMs = 3_000;
/** Of the simulated conversations: the detector takes a window of each together. */
const simulatedAtOnce = 12;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    live: { type: "boolean", default: false },
    transcripts: { type: "boolean", default: false },
    part: { type: "string", default: "1/1" },
    recordings: { type: "string", multiple: true, default: [] },
  },
});
const [part = 1, parts = 1] = values.part.split("/").map(Number);
const speech = openSpeechService({ now: () => performance.now(), log: console.error });
await speech.ready;
const all =
  values.recordings.length > 0
    ? values.recordings.flatMap(readRecordings)
    : await readSentences(speech.synthesizer);
const sentences = all.filter((_, at) => at % parts === part - 1);
if (values.live) {
  await speech.close();
  await playLive(Number(positionals[0] ?? 4));
} else {
  const relays = new Map<string, RelaySide>();
  const play = (setting: string, sentence: Sentence) => {
    const relay = relays.getOrInsertComputed(
      `${setting} ${sentence.voice}`,
      () => new RelaySide(setting),
    );
    return playSimulated(speech, relay, sentence, values.transcripts);
  };
  report(await playAll(sentences, simulatedAtOnce, play));
  await speech.close();
}

async function playLive(atOnce: number): Promise<void> {
  const project = copyProject(settings);
  try {
    const parley = await startParley({ project: project.folder });
    try {
      const [first] = sentences;
      // The first conversation warms up the models and does not count.
      if (first) await converse(parley, "service", first, -1);
      const play = converse.bind(undefined, parley);
      report(await playAll(sentences, atOnce, play));
    } finally {
      await parley.stop();
    }
  } finally {
    project.remove();
  }
}

/** A conversation of its own. */
async function converse(
  { url }: Parley,
  setting: string,
  sentence: Sentence,
  at: number,
): Promise<Outcome> {
  const client = await connectAdkClient(`${url}/ws/ann/${setting}-${at}?agent=${setting}`);
  const speaking = speak(spokenSamples(sentence), (frame) => client.socket.send(frame), {
    frame: 40,
    silence: silenceMs,
  });
  const lastWordAt = await speaking.spoken;
  await speaking.done;
  // The recogniser may lag; a sentence without a transcript counts as cut.
  await client
    .next(({ inputTranscription }) => inputTranscription?.finished === true)
    .catch((error: Error) => console.error(`${setting}, ${sentence.label}: ${error.message}`));
  const heard = client.all.find((event) => event.at > lastWordAt && audioOf(event.message));
  const transcripts = finishedTranscripts(
    client.all.map(({ message }) => message),
    "inputTranscription",
  );
  await client.close();
  return { setting, sentence, wait: heard && heard.at - lastWordAt, transcripts };
}
