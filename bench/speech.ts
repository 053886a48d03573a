/**
 * Measures the emulator's speech recognition, synthesis and voice detection on this machine: start, latency, memory
 * and word error rate. Run `node bench/speech.ts` on an idle machine.
 */
import { openSpeechService } from "../src/emulator/node/speech.ts";
import type { SpeechService } from "../src/emulator/node/speech.ts";
import { windowSamples } from "../src/emulator/node/ears/window.ts";
import { voiceNames } from "../src/emulator/node/voice/voices.ts";
import { openRecognizer } from "../test/support/recognizer.ts";
import type { TestRecognizer } from "../test/support/recognizer.ts";
import { clips, clipSamples } from "../test/support/wavs.ts";
import { totalWordErrorRate } from "../test/support/wer.ts";

const sentences = [
  "It is a quarter past three in the afternoon in Paris.",
  "I am a local emulator of the Gemini Live API, running on your own machine.",
  "Nice to meet you, Ada.",
  "Two plus two is four.",
  "The old keeper climbed the stairs and looked out over the grey sea.",
];

const began = performance.now();
const speech = openSpeechService({ now: () => performance.now(), log: console.error });
await speech.ready;
report("load", performance.now() - began, "ms");
report("memory when loaded", megabytes(), "MB");
// The first request warms up the threads.
await speech.synthesizer.synthesize("Hello.", "Puck");
const testRecognizer = await openRecognizer(speech);
await measureRecognition(speech);
await measureSynthesis(speech);
await measureDetection(speech);
await measureAccuracy(testRecognizer);
if (process.argv.includes("--voices")) await measureVoices(speech, testRecognizer);
report("memory at the end", megabytes(), "MB");
await speech.close();

async function measureRecognition({ recognizer }: SpeechService): Promise<void> {
  const stream = recognizer.openStream();
  const clip = clipSamples("human-conf-onlyperson.wav");
  for (const seconds of [1, 3, 10]) {
    const utterance = Int16Array.from(
      { length: seconds * 16_000 },
      (_, i) => clip[i % clip.length] ?? 0,
    );
    report(
      `recognition of ${seconds} s`,
      await median(9, () => stream.transcribe(utterance)),
      "ms",
    );
  }
  stream.close();
}

async function measureSynthesis({ synthesizer }: SpeechService): Promise<void> {
  for (const sentence of [sentences[2] ?? "", sentences[4] ?? ""])
    report(`"${sentence}"`, await median(9, () => synthesizer.synthesize(sentence, "Puck")), "ms");
}

async function measureDetection({ recognizer }: SpeechService): Promise<void> {
  for (const sessions of [1, 10, 50]) {
    const streams = Array.from({ length: sessions }, () => recognizer.openStream());
    const round = () =>
      Promise.all(
        streams.map((stream) => stream.speechProbability(new Float32Array(windowSamples))),
      );
    report(`a window of each of ${sessions} sessions`, await median(99, round), "ms");
    for (const stream of streams) stream.close();
  }
}

async function measureAccuracy(testRecognizer: TestRecognizer): Promise<void> {
  for (const speaker of ["human", "espeak"] as const) {
    const pairs = [];
    for (const { file, says } of clips.filter((clip) => clip.speaker === speaker))
      pairs.push([says, await testRecognizer.transcribe(clipSamples(file), 16_000)] as const);
    report(`word error rate, ${pairs.length} ${speaker} clips`, totalWordErrorRate(pairs));
  }
}

async function measureVoices(
  { synthesizer }: SpeechService,
  testRecognizer: TestRecognizer,
): Promise<void> {
  for (const name of voiceNames) {
    const pairs = [];
    for (const sentence of sentences)
      pairs.push([
        sentence,
        await testRecognizer.transcribe(await synthesizer.synthesize(sentence, name), 24_000),
      ] as const);
    report(`word error rate, ${name}`, totalWordErrorRate(pairs));
  }
}

async function median(times: number, work: () => Promise<unknown>): Promise<number> {
  const taken: number[] = [];
  for (let i = 0; i < times; i += 1) {
    const from = performance.now();
    await work();
    taken.push(performance.now() - from);
  }
  return taken.sort((a, b) => a - b)[Math.floor(times / 2)] ?? 0;
}

function megabytes(): number {
  return process.memoryUsage().rss / 2 ** 20;
}

function report(label: string, value: number, unit = ""): void {
  console.log(`${label.padEnd(72)} ${value.toFixed(unit === "" ? 3 : 1).padStart(8)} ${unit}`);
}
