/**
 * `npm run bench:tool`: how much a running tool delays microphone audio.
 *
 * A client sends ten seconds of audio in frames of 20 ms. One clock times each from its send to its arrival at the
 * model's side. Rounds with and without a tool alternate: a stream that sleeps and answers, and the people counter,
 * which decodes a camera frame a second on the thread that forwards the audio.
 */
import { connectAdkClient } from "../test/support/adk-client.ts";
import { startParley, type Parley } from "../test/support/parley.ts";
import { photo } from "./tool/photo.ts";
import { frame, Pacer } from "./tool/pacer.ts";
import { median, quantile } from "./show/statistics.ts";

const rounds = Number(process.argv[2] ?? 5);
const frames = 500;
const intervalMs = 20;

interface Scenario {
  readonly name: string;
  readonly agent: string;
  readonly call?: { readonly name: string; readonly args: object };
  readonly camera: boolean;
}

const watch = { name: "monitor_people", args: {} };
const stream = { name: "monitor_stock_price", args: { symbol: "ACME" } };
const scenarios: readonly Scenario[] = [
  { name: "audio", agent: "stocks", camera: false },
  { name: "audio, a stream of 48 s running", agent: "stocks", call: stream, camera: false },
  { name: "audio and camera", agent: "people", camera: true },
  {
    name: "audio and camera, the people counter running",
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
  // The first round warms up all parts and does not count.
  for (let round = 0; round <= rounds; round++)
    // The order alternates: load from other processes affects all scenarios alike.
    for (const scenario of round % 2 ? scenarios : scenarios.toReversed()) {
      const delays = await measure(parley, scenario, round);
      if (round > 0)
        worst.set(scenario.name, [...(worst.get(scenario.name) ?? []), quantile(delays, 0.99)]);
    }
} finally {
  await parley.stop();
  pacer.close();
}
for (const [at, { name, call }] of scenarios.entries()) {
  const p99 = median(worst.get(name) ?? []);
  const without = median(worst.get(scenarios[at - 1]?.name ?? "") ?? []);
  const ratio = call ? `, ${(p99 / without).toFixed(2)} times without` : "";
  console.log(`${name}: p99 ${p99.toFixed(2)} ms (median of ${rounds} rounds)${ratio}`);
}

/** @returns the delay of each frame, ms. */
async function measure(
  parley: Parley,
  { agent, call, camera }: Scenario,
  round: number,
): Promise<number[]> {
  const path = `/ws/ann/${agent}-${call ? "tool" : "bare"}-${round}?agent=${agent}`;
  const client = await connectAdkClient(`${parley.url}${path}`);
  const first = (round * scenarios.length + scenarios.length) * frames * 2;
  const sent: number[] = [];
  pacer.arrivals.clear();
  // The relay holds the first frame until the session is ready: the measurement starts after it.
  client.socket.send(frame(first - 1));
  while (!pacer.arrivals.has(first - 1)) await new Promise((resolve) => setTimeout(resolve, 20));
  if (call) pacer.call(call.name, call.args);
  const began = performance.now();
  for (let at = 0; at < frames; at++) {
    const wait = began + at * intervalMs - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    if (camera && at % 50 === 0)
      await client.send({ type: "image", mimeType: "image/jpeg", data: photo(at / 50) });
    sent.push(performance.now());
    client.socket.send(frame(first + at));
  }
  while (!pacer.arrivals.has(first + frames - 1))
    await new Promise((resolve) => setTimeout(resolve, 20));
  await client.close();
  return sent.map((time, at) => (pacer.arrivals.get(first + at) ?? Infinity) - time);
}
