/**
 * `npm run bench:crowd`: fifty spoken sessions at once on one emulator.
 *
 * All keep their microphones open at real-time pace. First they speak one after the other, two a second, so
 * that at any time most of them only listen; then, in one more run, all in the same instant.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { clipSamples } from "../test/support/wavs.ts";
import { wordErrorRate } from "../test/support/wer.ts";
import { Caller, frameMs } from "./load/caller.ts";
import { startEmulatorProcess } from "./load/emulator.ts";
import type { EmulatorProcess } from "./load/emulator.ts";
import { median } from "./show/statistics.ts";

const crowd = 50;
const question = { file: "espeak-count.wav", says: "Count to five." };
/** Nobody waits for an answer longer than this, ms. */
const patience = 90_000;

interface Figures {
  readonly "slowest setup, ms": number;
  readonly "a listener's frame waits for the detector at most, ms": number;
  readonly "a reply's frame comes after it should play at most, ms": number;
  readonly "last word → first sound, median ms": number;
  readonly "last word → first sound, worst ms": number;
  readonly "speech work waits at most, ms": number;
  readonly "answered, of fifty": number;
  readonly "understood, of fifty": number;
  readonly "memory at the most, MB": number;
}

const runs: Figures[] = [];
for (let run = 0; run < 3; run++) runs.push(await measure((caller) => caller * 500));
print("one after the other, two a second (median of three runs; all three)", runs);
print("all in the same instant (one run)", [await measure(() => 0)]);

/** @param begins when the n-th caller speaks, ms from the beginning. */
async function measure(begins: (caller: number) => number): Promise<Figures> {
  const emulator = await startEmulatorProcess();
  try {
    const callers = await Promise.all(
      Array.from({ length: crowd }, () => Caller.call(emulator.base)),
    );
    const rss = await talk(emulator, callers, begins);
    for (const line of emulator.log) console.log(`the emulator says: ${line}`);
    const figures = await figuresOf(emulator, callers, rss);
    await Promise.all(callers.map((caller) => caller.close()));
    return figures;
  } finally {
    emulator.stop();
  }
}

/** @returns the most memory seen, bytes. */
async function talk(
  emulator: EmulatorProcess,
  callers: readonly Caller[],
  begins: (caller: number) => number,
): Promise<number> {
  const samples = clipSamples(question.file);
  const from = performance.now();
  let rss = 0;
  for (let tick = 0; tick * frameMs < patience; tick++) {
    await sleep(Math.max(0, from + tick * frameMs - performance.now()));
    for (const [i, caller] of callers.entries()) {
      if (Math.floor(begins(i) / frameMs) === tick) caller.say(samples);
      caller.tick();
    }
    if (tick % 10 !== 0) continue;
    rss = Math.max(rss, (await emulator.stats()).memory.rss);
    if (callers.every((caller) => caller.answered)) break;
  }
  return rss;
}

async function figuresOf(
  emulator: EmulatorProcess,
  callers: readonly Caller[],
  rss: number,
): Promise<Figures> {
  const { speech } = await emulator.stats();
  const waited = callers.map((caller) => caller.waited);
  return {
    "slowest setup, ms": Math.max(...callers.map(({ setup }) => setup)),
    "a listener's frame waits for the detector at most, ms": speech.detector.longestWait,
    "a reply's frame comes after it should play at most, ms": Math.max(
      ...callers.map(({ late }) => late),
    ),
    "last word → first sound, median ms": median(waited),
    "last word → first sound, worst ms": Math.max(...waited),
    "speech work waits at most, ms": speech.speech.longestWait,
    "answered, of fifty": callers.filter(({ answered }) => answered).length,
    "understood, of fifty": callers.filter(({ heard }) => wordErrorRate(question.says, heard) === 0)
      .length,
    "memory at the most, MB": rss / 2 ** 20,
  };
}

function print(title: string, figures: readonly Figures[]): void {
  console.log(`\n${title}`);
  for (const name of Object.keys(figures[0] ?? {}) as (keyof Figures)[]) {
    const all = figures.map((run) => run[name]);
    const each = all.length > 1 ? `   (${all.map((n) => n.toFixed(0)).join(", ")})` : "";
    console.log(`  ${name.padEnd(58)} ${median(all).toFixed(0).padStart(6)}${each}`);
  }
}
