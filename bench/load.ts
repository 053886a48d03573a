/**
 * `npm run bench:load`: fifty spoken sessions at once on one emulator.
 *
 * All microphones are open at real-time pace. In three runs two clients a second ask a question, so that most
 * clients only listen at any time; in a fourth run all ask in the same instant.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { clipSamples } from "../test/support/wavs.ts";
import { wordErrorRate } from "../test/support/wer.ts";
import { LoadClient, frameMs } from "./load/client.ts";
import { startEmulatorProcess } from "./load/emulator.ts";
import type { EmulatorProcess } from "./load/emulator.ts";
import { median } from "./show/statistics.ts";

const clientCount = 50;
const question = { file: "espeak-count.wav", says: "Count to five." };
/** The longest a client waits for an answer, ms. */
const timeoutMs = 90_000;

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
for (let run = 0; run < 3; run++) runs.push(await measure((client) => client * 500));
print("one after the other, two a second (median of three runs; all three)", runs);
print("all in the same instant (one run)", [await measure(() => 0)]);

/** @param begins when the n-th client speaks, ms after the start. */
async function measure(begins: (client: number) => number): Promise<Figures> {
  const emulator = await startEmulatorProcess();
  try {
    const clients = await Promise.all(
      Array.from({ length: clientCount }, () => LoadClient.connect(emulator.base)),
    );
    const rss = await runSessions(emulator, clients, begins);
    for (const line of emulator.log) console.log(`the emulator logs: ${line}`);
    const figures = await figuresOf(emulator, clients, rss);
    await Promise.all(clients.map((client) => client.close()));
    return figures;
  } finally {
    emulator.stop();
  }
}

/** @returns the peak of the emulator's resident memory, bytes. */
async function runSessions(
  emulator: EmulatorProcess,
  clients: readonly LoadClient[],
  begins: (client: number) => number,
): Promise<number> {
  const samples = clipSamples(question.file);
  const from = performance.now();
  let rss = 0;
  for (let tick = 0; tick * frameMs < timeoutMs; tick++) {
    await sleep(Math.max(0, from + tick * frameMs - performance.now()));
    for (const [i, client] of clients.entries()) {
      if (Math.floor(begins(i) / frameMs) === tick) client.say(samples);
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
  const waited = clients.map((client) => client.waited);
  return {
    "slowest setup, ms": Math.max(...clients.map(({ setup }) => setup)),
    "a listener's frame waits for the detector at most, ms": speech.detector.longestWait,
    "a reply's frame comes after it should play at most, ms": Math.max(
      ...clients.map(({ late }) => late),
    ),
    "last word → first sound, median ms": median(waited),
    "last word → first sound, worst ms": Math.max(...waited),
    "speech work waits at most, ms": speech.speech.longestWait,
    "answered, of fifty": clients.filter(({ answered }) => answered).length,
    "understood, of fifty": clients.filter(({ heard }) => wordErrorRate(question.says, heard) === 0)
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
