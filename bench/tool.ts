/**
 * `npm run bench:tool`: what a tool that runs beside the talk costs the voice.
 *
 * Somebody talks for ten seconds in frames of 20 ms; each is timed from its sending to its arrival at the model's side,
 * by one clock. Rounds without a tool and with one alternate: a stream that sleeps and answers, and the people counter,
 * which decodes a camera frame a second on the thread that carries the voice.
 */
import { connectAdkClient } from "../test/support/adk-client.ts";
import { startParley, type Parley } from "../test/support/parley.ts";
import { photo } from "./tool/photo.ts";
import { frame, Pacer } from "./tool/pacer.ts";
import { median } from "./show/statistics.ts";

const rounds = Number(process.argv[2] ?? 5);
const frames = 500;
const everyMs = 20;

interface Kind {
  readonly name: string;
  readonly agent: string;
  readonly call?: { readonly name: string; readonly args: object };
  readonly camera: boolean;
}

const watch = { name: "monitor_people", args: {} };
const stream = { name: "monitor_stock_price", args: { symbol: "ACME" } };
const kinds: readonly Kind[] = [
  { name: "talk", agent: "stocks", camera: false },
  { name: "talk, a stream of 48 s running", agent: "stocks", call: stream, camera: false },
  { name: "talk and camera", agent: "people", camera: true },
  {
    name: "talk and camera, the people counter running",
    agent: "people",
    call: watch,
    camera: true,
  },
];

const pacer = new Pacer();
const parley = await startParley({
  settings: { LIVE_API_URL: await pacer.open(), ALLOW_ANONYMOUS: "1" },
});
const worst = new Map<string, number[]>();
try {
  // The first round warms everything up and is not counted.
  for (let round = 0; round <= rounds; round++)
    // Each goes first in every other round: what the machine does besides weighs on all alike.
    for (const kind of round % 2 ? kinds : kinds.toReversed()) {
      const delays = await talk(parley, kind, round);
      if (round > 0)
        worst.set(kind.name, [...(worst.get(kind.name) ?? []), quantile(delays, 0.99)]);
    }
} finally {
  await parley.stop();
  pacer.close();
}
for (const [at, { name, call }] of kinds.entries()) {
  const p99 = median(worst.get(name) ?? []);
  const without = median(worst.get(kinds[at - 1]?.name ?? "") ?? []);
  const ratio = call ? `, ${(p99 / without).toFixed(2)} times without` : "";
  console.log(`${name}: p99 ${p99.toFixed(2)} ms (median of ${rounds} rounds)${ratio}`);
}

/** @returns the delay of each frame, in ms. */
async function talk(
  parley: Parley,
  { agent, call, camera }: Kind,
  round: number,
): Promise<number[]> {
  const path = `/ws/ann/${agent}-${call ? "tool" : "bare"}-${round}?agent=${agent}`;
  const talker = await connectAdkClient(`${parley.url}${path}`);
  const first = (round * kinds.length + kinds.length) * frames * 2;
  const sent: number[] = [];
  pacer.came.clear();
  // The first frame is held until the model is up: what is timed begins after it.
  talker.socket.send(frame(first - 1));
  while (!pacer.came.has(first - 1)) await new Promise((soon) => setTimeout(soon, 20));
  if (call) pacer.call(call.name, call.args);
  const began = performance.now();
  for (let at = 0; at < frames; at++) {
    const wait = began + at * everyMs - performance.now();
    if (wait > 0) await new Promise((then) => setTimeout(then, wait));
    if (camera && at % 50 === 0)
      await talker.send({ type: "image", mimeType: "image/jpeg", data: photo(at / 50) });
    sent.push(performance.now());
    talker.socket.send(frame(first + at));
  }
  while (!pacer.came.has(first + frames - 1)) await new Promise((soon) => setTimeout(soon, 20));
  await talker.close();
  return sent.map((time, at) => (pacer.came.get(first + at) ?? Infinity) - time);
}

function quantile(numbers: readonly number[], part: number): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length * part)] ?? Number.NaN;
}
