/**
 * `npm run bench:load -- emulator`: fifty spoken sessions at once on one emulator.
 *
 * All microphones are open at real-time pace. In three runs two clients a second ask a question, so that most
 * clients only listen at any time; in a fourth run all ask in the same instant.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { clipSamples } from "../../test/support/wavs.ts";
import { wordErrorRate } from "../../test/support/wer.ts";
import { LoadClient, frameMs } from "./client.ts";
import { startEmulatorProcess } from "./emulator.ts";
import type { EmulatorProcess } from "./emulator.ts";
import { median } from "../show/statistics.ts";

const clientCount = 50;
const question = { file: "espeak-count.wav", says: "Count to five." };
/** The longest a client waits for an answer, ms. */
const timeoutMs = 90_000;

interface Figures {
  readonly "slowest setup, ms": number;
  readonly "longest wait of a listener's frame for the detector, ms": number;
  readonly "largest delay of a reply frame after its play time, ms": number;
  readonly "end of speech → first audio, median ms": number;
  readonly "end of speech → first audio, worst ms": number;
  readonly "longest wait of speech work, ms": number;
  readonly "answered, of fifty": number;
  readonly "transcribed without error, of fifty": number;
  readonly "peak memory, MB": number;
}

export async function measureEmulator(): Promise<void> {
  const runs: Figures[] = [];
  for (let run = 0; run < 3; run++) runs.push(await measure((client) => client * 500));
  print("one after the other, two a second (median of three runs; all three)", runs);
  print("all in the same instant (one run)", [await measure(() => 0)]);
}

/** @param startMs the time at which the n-th client speaks, ms after the start. */
async function measure(startMs: (client: number) => number): Promise<Figures> {
  const emulator = await startEmulatorProcess();
  try {
    const clients = await Promise.all(
      Array.from({ length: clientCount }, () => LoadClient.connect(emulator.base)),
    );
    const rss = await runSessions(emulator, clients, startMs);
    for (const line of emulator.log) console.log(`the emulator logs: ${line}`);
    const figures = await figuresOf(emulator, clients, rss);
    await Promise.all(clients.map((client) => client.close()));
    return figures;
  } finally {
    await emulator.stop();
  }
}

/** @returns the peak of the emulator's resident memory, bytes. */
async function runSessions(
  emulator: EmulatorProcess,
  clients: readonly LoadClient[],
  startMs: (client: number) => number,
): Promise<number> {
  const samples = clipSamples(question.file);
  const from = performance.now();
  let rss = 0;
  for (let tick = 0; tick * frameMs < timeoutMs; tick++) {
    await sleep(Math.max(0, from + tick * frameMs - performance.now()));
    for (const [i, client] of clients.entries()) {
      if (Math.floor(startMs(i) / frameMs) === tick) client.speak(samples);
      client.tick();
    }
    if (tick % 10 !== 0) continue;
    rss = Math.max(rss, (await emulator.stats()).memory.rss);
    if (clients.every((client) => client.answered)) break;
  }
  return rss;
}

async function figuresOf(
  emulator: EmulatorProcess,
  clients: readonly LoadClient[],
  rss: number,
): Promise<Figures> {
  const { speech } = await emulator.stats();
  const responseTimes = clients.map((client) => client.responseTime);
  return {
    "slowest setup, ms": Math.max(...clients.map(({ setupMs }) => setupMs)),
    "longest wait of a listener's frame for the detector, ms": speech.detector.longestWait,
    "largest delay of a reply frame after its play time, ms": Math.max(
      ...clients.map(({ largestDelay }) => largestDelay),
    ),
    "end of speech → first audio, median ms": median(responseTimes),
    "end of speech → first audio, worst ms": Math.max(...responseTimes),
    "longest wait of speech work, ms": speech.speech.longestWait,
    "answered, of fifty": clients.filter(({ answered }) => answered).length,
    "transcribed without error, of fifty": clients.filter(
      ({ transcript }) => wordErrorRate(question.says, transcript) === 0,
    ).length,
    "peak memory, MB": rss / 2 ** 20,
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
