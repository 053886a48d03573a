/**
 * `npm run bench:listeners -- [rounds]`: how much one client that reads nothing delays the other forty-nine.
 *
 * A model speaks at twice real time through the relay to fifty parley.v1 clients that acknowledge. One clock times
 * each audio frame from the model's send to each client's receipt. Rounds in which all clients read alternate with
 * rounds in which one does not.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { WebSocket } from "ws";
import { startParley, type Parley } from "../test/support/parley.ts";
import { decodeAudioFrame, subprotocol, type ServerFrame } from "../src/wire/parley-v1.ts";
import { Speaker } from "./listeners/speaker.ts";
import { workerMemory } from "./listeners/memory.ts";
import { median } from "./show/statistics.ts";

const clientCount = 50;
const rounds = Number(process.argv[2] ?? 5);
const chunks = 75;
const intervalMs = 80;

const speaker = await Speaker.open();
const parley = await startParley({ settings: { LIVE_API_URL: speaker.url } });
try {
  const figures = { all: [] as Figures[], one: [] as Figures[] };
  await measure(parley, "warm", 1);
  for (let round = 0; round < rounds; round++) {
    figures.all.push(await measure(parley, `all-${round}`, 0));
    figures.one.push(await measure(parley, `one-${round}`, 1));
  }
  const [all, one] = [report("all read", figures.all), report("one reads nothing", figures.one)];
  console.log(`ratio of the p95 ${(one / all).toFixed(2)}`);
} finally {
  await parley.stop();
  speaker.close();
}

interface Figures {
  /** 95th percentile of the delays of all clients that read, ms. */
  readonly p95: number;
  /** Growth of the Worker's process in the round. */
  readonly growthMiB: number;
}

async function measure({ url, pid }: Parley, session: string, stopped: number): Promise<Figures> {
  const delays: number[] = [];
  const sockets = await Promise.all(
    Array.from({ length: clientCount }, () => listen(`${url}/ws/ann/${session}`, delays)),
  );
  await sleep(500);
  for (const socket of sockets.slice(0, stopped)) socket.pause();
  delays.length = 0;
  const before = workerMemory(pid);
  await speaker.speak(chunks, intervalMs);
  await sleep(500);
  const expected = (clientCount - stopped) * chunks;
  if (delays.length < expected) console.log(`only ${delays.length} of ${expected} frames arrived`);
  const growthMiB = workerMemory(pid) - before;
  for (const socket of sockets) socket.terminate();
  const sorted = delays.toSorted((a, b) => a - b);
  return { p95: sorted[Math.floor(sorted.length * 0.95)] ?? Number.NaN, growthMiB };
}

/** @returns the median of the p95. */
function report(label: string, figures: readonly Figures[]): number {
  const delays = figures.map(({ p95 }) => p95);
  const growth = figures.map(({ growthMiB }) => growthMiB);
  console.log(`${label}: p95 ${list(delays)}, median ${median(delays).toFixed(1)} ms`);
  console.log(`${label}: grown by ${list(growth)}, median ${median(growth).toFixed(1)} MiB`);
  return median(delays);
}

async function listen(url: string, delays: number[]): Promise<WebSocket> {
  const socket = new WebSocket(url, subprotocol, { perMessageDeflate: false });
  socket.binaryType = "arraybuffer";
  const ready = Promise.withResolvers<void>();
  let [seq, ackedAt] = [0, 0];
  socket.on("message", (data: ArrayBuffer | Buffer, binary) => {
    const now = performance.now();
    const sound = binary ? decodeAudioFrame(data as ArrayBuffer, seq) : undefined;
    if (sound) delays.push(now - speaker.sentAt(sound.payload));
    const frame = sound ?? (JSON.parse(new TextDecoder().decode(data)) as ServerFrame);
    if ("type" in frame && frame.type === "hello") ready.resolve();
    seq = Math.max(seq, frame.seq);
    if (now - ackedAt < 100) return;
    ackedAt = now;
    socket.send(JSON.stringify({ type: "ack", seq }));
  });
  socket.once("open", () => socket.send('{"type":"hello"}'));
  await ready.promise;
  return socket;
}

function list(numbers: readonly number[]): string {
  return numbers.map((each) => each.toFixed(1)).join(" ");
}
