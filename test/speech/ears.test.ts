import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { env, InferenceSession, Tensor } from "onnxruntime-web";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openSpeechService } from "../../src/emulator/node/speech.ts";
import type { SpeechService } from "../../src/emulator/node/speech.ts";
import { openRecognizer, utterancesIn } from "../support/recognizer.ts";
import type { TestRecognizer } from "../support/recognizer.ts";
import { clicks, noise, tone } from "../support/sounds.ts";
import { clips, clipSamples } from "../support/wavs.ts";
import { totalWordErrorRate, words } from "../support/wer.ts";

const rate = 16_000;
let speech: SpeechService;
let recognizer: TestRecognizer;

beforeAll(async () => {
  speech = openSpeechService({ now: () => performance.now(), log: () => {} });
  recognizer = await openRecognizer(speech);
});
afterAll(() => speech.close());

describe("the detector", () => {
  it.each(clips)("[EAR1] finds one utterance in $file", async ({ file }) => {
    const padded = new Int16Array(rate * 6);
    padded.set(clipSamples(file), rate);
    const spans = utterancesIn(await recognizer.probabilities(padded, rate));
    expect(spans).toHaveLength(1);
    const [from, to] = spans[0] ?? [0, 0];
    // 32 ms per window: the speech starts close to the clip's start and ends with it.
    expect(from).toBeGreaterThan(24);
    expect(to).toBeLessThan((1 + clipSamples(file).length / rate) / 0.032 + 6);
  });

  it.each([
    ["silence", new Int16Array(rate * 3)],
    ["a tone", tone(rate * 3, 440)],
    ["white noise", noise(rate * 3)],
    ["clicks", clicks(rate * 3)],
  ])("[EAR2] finds no speech in %s", async (_, samples) => {
    expect(utterancesIn(await recognizer.probabilities(samples, rate))).toEqual([]);
  });

  it("[EAR3] keeps streams separate although they share the network", async () => {
    const alone = await recognizer.probabilities(clipSamples("human-vm-sorry.wav"), rate);
    const [together] = await Promise.all([
      recognizer.probabilities(clipSamples("human-vm-sorry.wav"), rate),
      recognizer.probabilities(noise(rate * 3), rate),
      recognizer.probabilities(clipSamples("espeak-paris.wav"), rate),
    ]);
    for (const [i, probability] of alone.entries())
      expect(together?.[i]).toBeCloseTo(probability, 4);
  });

  it("[EAR14] processes each window with the 64 samples before it", async () => {
    const clip = clipSamples("human-vm-sorry.wav");
    const expected = await sileroAlone(clip);
    const probabilities = await recognizer.probabilities(clip, rate);
    for (const [i, probability] of expected.entries())
      expect(probabilities[i]).toBeCloseTo(probability, 4);
  });

  it("[EAR4] answers while the synthesizer is busy", async () => {
    const done: string[] = [];
    const long = "The old keeper climbed the stairs and looked out over the grey sea. ".repeat(3);
    const synthesis = speech.synthesizer
      .synthesize(long, "Kore")
      .then(() => done.push("synthesized"));
    await recognizer.probabilities(new Int16Array(rate), rate);
    done.push("recognized");
    await synthesis;
    expect(done).toEqual(["recognized", "synthesized"]);
  });
});

describe("the recognizer", () => {
  it.each([
    ["human", 0.1],
    ["espeak", 0.15],
  ] as const)("[EAR5] transcribes the %s clips, WER at most %d", async (speaker, bound) => {
    const spoken = clips.filter((clip) => clip.speaker === speaker);
    const probabilities = await Promise.all(
      spoken.map(({ file }) => recognizer.transcribe(clipSamples(file), rate)),
    );
    const pairs = spoken.map(({ says }, i) => [says, probabilities[i] ?? ""] as const);
    expect(totalWordErrorRate(pairs), JSON.stringify(pairs)).toBeLessThanOrEqual(bound);
  });

  it.each(["eight", "today", "hello"])(
    "[EAR6] transcribes %s with any silence around it",
    async (word) => {
      const stream = speech.recognizer.openStream();
      const clip = clipSamples(`human-${word}.wav`);
      for (const ms of [0, 300, 500]) {
        const padded = new Int16Array(clip.length + (2 * rate * ms) / 1000);
        padded.set(clip, (rate * ms) / 1000);
        expect(words(await stream.transcribe(padded)), `${ms} ms`).toEqual([word]);
      }
      stream.close();
    },
  );

  it("[EAR7] transcribes an utterance of any length, in pieces", async () => {
    const stream = speech.recognizer.openStream();
    const long = repeated(clipSamples("human-conf-onlyperson.wav"), 10);
    const before = speech.stats().speech.answered;
    const probabilities = await stream.transcribe(long);
    // 31.6 seconds, at most 14 at a time.
    expect(speech.stats().speech.answered - before).toBe(3);
    expect(probabilities.match(/conference/giu)?.length).toBeGreaterThanOrEqual(8);
    expect(await stream.transcribe(new Int16Array(0))).toBe("");
    stream.close();
  });

  it("[EAR8] skips jobs that are no longer wanted", async () => {
    const skipped = speech.stats().speech.skipped;
    const stream = speech.recognizer.openStream();
    const clip = clipSamples("espeak-paris.wav");
    const busy = stream.transcribe(clip);
    const aborted = stream.transcribe(clip, { aborted: true });
    expect(await aborted).toBe("");
    await busy;
    expect(speech.stats().speech.skipped).toBe(skipped + 1);
    stream.close();
  });

  it("[EAR9] drops a closed session's jobs and state", async () => {
    const before = speech.stats();
    const stream = speech.recognizer.openStream();
    const clip = clipSamples("espeak-paris.wav");
    const pending = [stream.transcribe(clip), stream.transcribe(clip), stream.transcribe(clip)];
    stream.close();
    stream.close();
    expect((await Promise.all(pending)).slice(1)).toEqual(["", ""]);
    const after = speech.stats();
    expect(after.hearings).toBe(before.hearings);
    expect(after.speech.waiting).toEqual([0, 0]);
  });
});

/** The model as its authors run it, one window at a time: 64 samples of context, then 512 new ones. */
async function sileroAlone(samples: Int16Array): Promise<number[]> {
  env.wasm.numThreads = 1;
  const entry = createRequire(import.meta.url).resolve("@ricky0123/vad-web");
  const session = await InferenceSession.create(
    new Uint8Array(readFileSync(join(dirname(entry), "silero_vad_v6.onnx"))),
  );
  const sr = new Tensor("int64", BigInt64Array.of(16_000n), []);
  let state = new Tensor("float32", new Float32Array(256), [2, 1, 128]);
  const probabilities: number[] = [];
  for (let at = 0; at + 512 <= samples.length; at += 512) {
    const seen = Float32Array.from({ length: 576 }, (_, i) => (samples[at + i - 64] ?? 0) / 32_768);
    const input = new Tensor("float32", seen, [1, 576]);
    const { output, stateN } = await session.run({ input, state, sr });
    probabilities.push(Number(output?.data[0]));
    if (stateN?.type === "float32") state = stateN as typeof state;
  }
  await session.release();
  return probabilities;
}

function repeated(samples: Int16Array, times: number): Int16Array {
  const all = new Int16Array(samples.length * times);
  for (let i = 0; i < times; i += 1) all.set(samples, i * samples.length);
  return all;
}
