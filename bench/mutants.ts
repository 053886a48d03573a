/**
 * Sends a hundred thousand random and mutated frames, by seed, to the emulator's core, and fails on an exception, a
 * hung session, a leaked socket, turn or timer, or growing memory.
 *
 *     node --expose-gc bench/mutants.ts [frames] [seed]
 */
import { fuzz } from "../test/support/fuzz.ts";

const frames = Number(process.argv[2] ?? 100_000);
const seed = Number(process.argv[3] ?? 1);
/** The heap may grow by this much after the first fifth, bytes: sessions wait for resumption. */
const GROWTH = 48 * 1024 * 1024;

const heap: number[] = [];
const begun = performance.now();

function measure(frame: number): void {
  if (frame % (frames / 10) !== 0) return;
  globalThis.gc?.();
  const { heapUsed } = process.memoryUsage();
  heap.push(heapUsed);
  console.log(`${String(frame).padStart(7)} frames  heap ${(heapUsed / 1e6).toFixed(1)} MB`);
}

const outcome = await fuzz(frames, seed, measure);
measure(frames);
const grown = (heap.at(-1) ?? 0) - (heap[2] ?? 0);
const { sockets, turns, timers, failures, received, sent } = outcome.emulator.stats();
const left = { sockets, turns, timers, clock: outcome.timersLeft };
console.log({
  seed,
  connections: outcome.connections,
  closes: outcome.closes,
  received,
  sent,
  left,
  failures,
  hung: outcome.hung,
  heapGrownMB: Math.round(grown / 1e6),
  seconds: Math.round((performance.now() - begun) / 1000),
});
for (const failure of outcome.failures.slice(0, 3)) console.log(failure);
const passed =
  Object.values(left).every((count) => count === 0) &&
  failures === 0 &&
  outcome.hung === 0 &&
  (globalThis.gc === undefined || grown < GROWTH);
process.exit(passed ? 0 : 1);
