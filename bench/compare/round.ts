/** One round of the bench: a contender, a number of conversations, frames at a steady pace. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import type { BenchClient } from "./clients.ts";
import { heapFigures } from "./collections.ts";
import type { Contender } from "./contenders.ts";
import { machineTimeMs, memoryKB, processTimeMs } from "./process-usage.ts";
import type { Relay } from "./relay.ts";
import { noise, nowUs, type Stamp } from "./stamp.ts";

export interface Work {
  readonly conversations: number;
  /** Duration of a microphone frame; one is sent each time. */
  readonly frameMs: number;
  readonly seconds: number;
}

export interface Figures {
  /** Processor time of the relay for a frame up and one down, in µs. */
  readonly cpu: number;
  /** From send to receipt, one way, in ms. */
  readonly up: Percentiles;
  readonly down: Percentiles;
  readonly roundTrip: Percentiles;
  /** Round trips that did not come back. */
  readonly lost: number;
  readonly roundTrips: number;
  /** In bytes, for a round trip. */
  readonly allocated: number;
  readonly longestPauseMs: number;
  readonly peakHeapMB: number;
  /** Of the relay with all conversations connected and idle, minus its memory without any, for each, in kB. */
  readonly idleKB: number;
  /** The same at the end of the round. */
  readonly activeKB: number;
  /** Share of a processor that programs other than the bench's used. */
  readonly foreign: number;
}

export interface Percentiles {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

/** The runtime compiles what runs often: this time at the beginning does not count. */
const warmUpMs = 3_000;
/** The last frames are still under way. */
const settleMs = 1_000;

export async function runRound(contender: Contender, work: Work): Promise<Figures> {
  const upstream = await startUpstream();
  const relay = await contender.start(upstream.url);
  try {
    return await measure(contender, relay, upstream, work);
  } finally {
    await relay.stop();
    upstream.stop();
  }
}

async function measure(
  contender: Contender,
  relay: Relay,
  upstream: Upstream,
  { conversations, frameMs, seconds }: Work,
): Promise<Figures> {
  const emptyKB = memoryKB(relay.pid);
  const arrivals = new Arrivals();
  const clients: BenchClient[] = [];
  for (let i = 0; i < conversations; i++)
    clients.push(
      await contender.connect(relay.url, `ann${i}`, (stamp) => arrivals.add(stamp, nowUs())),
    );
  const idleKB = memoryKB(relay.pid);
  const sender = speakAll(clients, noise(frameMs * 32), frameMs);
  await sleep(warmUpMs);
  await upstream.takeDelays();
  relay.takeCollections();
  const [before, sentBefore] = [usage(relay, upstream), sender.sent];
  arrivals.begin(nowUs());
  await sleep(seconds * 1000);
  const [after, roundTrips] = [usage(relay, upstream), sender.sent - sentBefore];
  const heap = heapFigures(relay.takeCollections());
  sender.stop();
  await sleep(settleMs);
  const activeKB = memoryKB(relay.pid);
  const ups = await upstream.takeDelays();
  for (const client of clients) client.close();
  return {
    cpu: ((after.relay - before.relay) * 1000) / roundTrips,
    up: percentiles(ups.map((us) => us / 1000)),
    down: percentiles(arrivals.down),
    roundTrip: percentiles(arrivals.roundTrip),
    lost: Math.max(0, sender.sent - sentBefore - arrivals.down.length),
    roundTrips,
    allocated: (heap.allocatedMB * 1e6) / roundTrips,
    longestPauseMs: heap.longestPauseMs,
    peakHeapMB: heap.peakHeapMB,
    idleKB: (idleKB - emptyKB) / conversations,
    activeKB: (activeKB - emptyKB) / conversations,
    foreign: foreignShare(before, after),
  };
}

/** Delays of the audio that the clients receive, in ms. */
class Arrivals {
  readonly down: number[] = [];
  readonly roundTrip: number[] = [];
  #since = Infinity;

  /** Frames that were sent before do not count. @param now in µs. */
  begin(now: number): void {
    this.#since = now;
  }

  /** @param now in µs. */
  add({ client, upstream }: Stamp, now: number): void {
    if (client < this.#since) return;
    this.down.push((now - upstream) / 1000);
    this.roundTrip.push((now - client) / 1000);
  }
}

/** Share of a processor that programs other than the bench's used. */
const foreignShare = (before: Usage, after: Usage): number =>
  Math.max(
    0,
    (after.machine - before.machine - (after.own - before.own)) / (after.wall - before.wall),
  );

interface Sender {
  /** Frames that were sent so far. */
  readonly sent: number;
  stop(): void;
}

/** Every client sends a frame each `frameMs`, all of them spread evenly over that time. */
function speakAll(clients: readonly BenchClient[], pcm: Uint8Array, frameMs: number): Sender {
  const begun = performance.now();
  let sent = 0;
  let stopped = false;
  const stepMs = frameMs / clients.length;
  const tick = (): void => {
    if (stopped) return;
    const due = Math.floor((performance.now() - begun) / stepMs);
    for (; sent < due; sent++) clients[sent % clients.length]?.speak(pcm);
    setTimeout(tick, 1);
  };
  tick();
  return {
    get sent() {
      return sent;
    },
    stop: () => (stopped = true),
  };
}

interface Usage {
  readonly relay: number;
  readonly own: number;
  readonly machine: number;
  readonly wall: number;
}

/** In ms. */
function usage(relay: Relay, upstream: Upstream): Usage {
  const relayMs = processTimeMs(relay.pid);
  return {
    relay: relayMs,
    own: relayMs + processTimeMs(upstream.pid) + processTimeMs(process.pid),
    machine: machineTimeMs(),
    wall: performance.now(),
  };
}

function percentiles(values: readonly number[]): Percentiles {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number =>
    sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN;
  return { p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) };
}

interface Upstream {
  readonly url: string;
  readonly pid: number;
  /** Delays of the microphone frames since the last call, in µs. */
  takeDelays(): Promise<readonly number[]>;
  stop(): void;
}

async function startUpstream(): Promise<Upstream> {
  const child = spawn(process.execPath, [join(import.meta.dirname, "upstream.ts")], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout });
  const [port] = (await once(lines, "line")) as [string];
  return {
    url: `http://127.0.0.1:${port}`,
    pid: child.pid ?? 0,
    async takeDelays() {
      const line = once(lines, "line") as Promise<[string]>;
      child.stdin.write("\n");
      return JSON.parse((await line)[0]) as number[];
    },
    stop: () => void child.kill("SIGKILL"),
  };
}
