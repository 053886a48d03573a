/** One round of the bench: a contender, and a work of known length. */
import { cpus } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import type { BenchClient, Receiver, WireBytes } from "./clients/client.ts";
import { heapFigures, type Collection } from "./collections.ts";
import type { Contender } from "./contenders.ts";
import { noise } from "./noise.ts";
import { pace } from "./pace.ts";
import { machineIdleMs, memoryKB, processTimeMs } from "./process-usage.ts";
import type { Relay } from "./relay.ts";
import { nowUs, stampPcm, type Stamp } from "./stamp.ts";
import { percentiles, type Percentiles } from "./statistics.ts";
import { startUpstream, type Upstream } from "./upstream-process.ts";
import type { Work } from "./works.ts";

/** NaN where a contender has no such figure. */
export interface Figures {
  /** Processor time of the relay for a frame, up or delivered, in µs. */
  readonly cpu: number;
  readonly framesPerSecond: number;
  /** From send to receipt, one way, in ms. */
  readonly up: Percentiles;
  readonly down: Percentiles;
  readonly roundTrip: Percentiles;
  /** Frames that did not arrive, up and down. */
  readonly lost: number;
  /** Audio that the relay left out and reported, in ms. */
  readonly skippedMs: number;
  /** Connections that the relay closed, by reason. */
  readonly closed: Readonly<Record<string, number>>;
  /** From the client's connect to its first microphone frame at the upstream, median, in ms. */
  readonly connectMs: number;
  /** Bytes a second of one client. */
  readonly wire: WireBytes;
  /** In bytes, for a frame. */
  readonly allocated: number;
  readonly allocatedMBps: number;
  readonly longestPauseMs: number;
  readonly peakHeapMB: number;
  /** Of the relay with all conversations connected and idle, minus its memory without any, for each, in kB. */
  readonly idleKB: number;
  /** The same at the end of the round. */
  readonly activeKB: number;
  /** Share of a processor that other programs used, or that other machines took. */
  readonly foreign: number;
}

export interface Length {
  /** The runtime compiles what runs often: this time at the beginning does not count. */
  readonly warmUpMs: number;
  readonly measuredMs: number;
}

/** The longest wait for the first frame of each conversation at the upstream. */
const connectTimeoutMs = 10_000;
/** So long before its beginning the measurement is announced to the upstream. */
const leadMs = 100;
/** Frames under way arrive: the rest is lost when none has arrived for the first time, or after the second. */
const settleMs = { quiet: 1_000, longest: 20_000 };

export async function runRound(contender: Contender, work: Work, length: Length): Promise<Figures> {
  const upstream = await startUpstream(work.words);
  const relay = await contender.start(upstream.url);
  try {
    return await measure({ contender, relay, upstream, work, traffic: new Traffic() }, length);
  } finally {
    await Promise.all([relay.stop(), upstream.stop()]);
  }
}

interface Round {
  readonly contender: Contender;
  readonly relay: Relay;
  readonly upstream: Upstream;
  readonly work: Work;
  readonly traffic: Traffic;
}

async function measure(round: Round, { warmUpMs, measuredMs }: Length): Promise<Figures> {
  const { relay, upstream, work, traffic } = round;
  const emptyKB = memoryOf(relay);
  const clients = await connectAll(round);
  await untilHeard(upstream, work.conversations);
  const connects = await upstream.report();
  const idleKB = memoryOf(relay);
  const stopSpeaking = await speak(round, clients);
  await sleep(warmUpMs);
  const since = nowUs() + leadMs * 1000;
  traffic.begin(since, work.kind === "echo");
  await upstream.begin(since);
  await sleep(leadMs);
  relay.takeCollections();
  const before = takeSnapshot(round, clients);
  await sleep(measuredMs);
  const after = takeSnapshot(round, clients);
  const collections = relay.takeCollections();
  await stopSpeaking();
  const lost = await settle(round);
  const activeKB = memoryOf(relay);
  const { delays } = await upstream.report();
  for (const client of clients) client.close();
  return {
    ...costsOf(before, after, collections),
    up: percentiles(delays.map((us) => us / 1000)),
    down: percentiles(traffic.downMs),
    roundTrip: percentiles(traffic.roundTripMs),
    lost,
    skippedMs: traffic.skippedMs,
    closed: Object.fromEntries(traffic.closed),
    connectMs: percentiles(connects.delays.map((us) => us / 1000)).p50,
    idleKB: (idleKB - emptyKB) / work.conversations,
    activeKB: (activeKB - emptyKB) / work.conversations,
  };
}

const memoryOf = ({ pid }: Relay): number => (pid === undefined ? Number.NaN : memoryKB(pid));

/** One after the other. The first of each conversation sends a frame at once, stamped with the beginning of its connect. */
async function connectAll({ contender, relay, work, traffic }: Round): Promise<BenchClient[]> {
  const clients: BenchClient[] = [];
  const pcm = noise(work.frameMs * 32);
  for (let at = 0; at < work.conversations; at++)
    for (let place = 0; place < work.clients; place++) {
      stampPcm(pcm, { client: nowUs(), upstream: 0 });
      const client = await contender.connect(relay.url, `ann${at}`, traffic);
      if (place === 0) client.send(pcm.slice());
      clients.push(client);
    }
  return clients;
}

/** A contender may lose first frames: the figures show them as lost later. */
async function untilHeard(upstream: Upstream, conversations: number): Promise<void> {
  for (const late = performance.now() + connectTimeoutMs; performance.now() < late; await sleep(50))
    if ((await upstream.counts()).total >= conversations) return;
}

/** All microphones, evenly spread over the time of a frame; or the model. @returns a function that ends it. */
async function speak(
  { upstream, work, traffic }: Round,
  clients: readonly BenchClient[],
): Promise<() => unknown> {
  const { kind, frameMs } = work;
  if (kind !== "echo") {
    await upstream.speak({ frameMs, speed: kind === "burst" ? 7 : 1 });
    return () => upstream.silence();
  }
  const pcm = noise(frameMs * 32);
  const microphones = pace(frameMs / clients.length, (count) => {
    const client = nowUs();
    stampPcm(pcm, { client, upstream: 0 });
    clients[count % clients.length]?.send(pcm.slice());
    traffic.onSent(client);
  });
  return () => microphones.stop();
}

/** The frames of a round at its clients. */
class Traffic implements Receiver {
  readonly downMs: number[] = [];
  readonly roundTripMs: number[] = [];
  /** Connections that the relay closed, by reason. */
  readonly closed = new Map<string, number>();
  skippedMs = 0;
  /** Sent and received so far. */
  frames = 0;
  /** Sent and received since the beginning of the measurement. */
  sent = 0;
  received = 0;
  #since = Infinity;
  #isEcho = false;

  /** @param since frames that were sent before do not count, in µs. @param isEcho they answer microphone frames. */
  begin(since: number, isEcho: boolean): void {
    this.#since = since;
    this.#isEcho = isEcho;
  }

  /** @param at in µs. */
  onSent(at: number): void {
    this.frames++;
    if (at >= this.#since) this.sent++;
  }

  onAudio(stamp: Stamp | undefined): void {
    this.frames++;
    const now = nowUs();
    const { client, upstream } = stamp ?? { client: now, upstream: now };
    if ((this.#isEcho ? client : upstream) < this.#since) return;
    this.received++;
    if (!stamp) return;
    if (this.#isEcho) this.roundTripMs.push((now - client) / 1000);
    if (Number.isFinite(upstream)) this.downMs.push((now - upstream) / 1000);
  }

  onSkipped(ms: number): void {
    this.skippedMs += ms;
  }

  onClosed(reason: string): void {
    this.closed.set(reason, (this.closed.get(reason) ?? 0) + 1);
  }
}

/** Waits for what is under way. @returns how many frames did not arrive, up and down. */
async function settle({ contender, upstream, work, traffic }: Round): Promise<number> {
  const begun = performance.now();
  // A codec cuts frames anew, without stamps, so a frame on either side of the beginning looks the same.
  const tolerance = contender.transcodes ? work.conversations : 0;
  let changedAt = begun;
  for (let seen = -1; ; await sleep(50)) {
    const { received, sent, total } = await upstream.counts();
    const up = traffic.sent - received;
    const down = sent * work.clients - traffic.received;
    const lost = Math.max(0, up - tolerance) + Math.max(0, down - tolerance);
    const now = performance.now();
    if (traffic.frames + total !== seen) changedAt = now;
    seen = traffic.frames + total;
    if (lost === 0 || now - changedAt > settleMs.quiet || now - begun > settleMs.longest)
      return lost;
  }
}

interface Snapshot {
  /** In ms. */
  readonly relay: number;
  readonly own: number;
  readonly idle: number;
  readonly wall: number;
  readonly frames: number;
  /** Of all clients. */
  readonly wire: WireBytes;
  readonly clients: number;
}

function takeSnapshot(
  { relay, upstream, traffic }: Round,
  clients: readonly BenchClient[],
): Snapshot {
  const relayMs = relay.pid === undefined ? Number.NaN : processTimeMs(relay.pid);
  const bytes = clients.map((client) => client.wireBytes());
  return {
    relay: relayMs,
    own: (relayMs || 0) + processTimeMs(upstream.pid) + processTimeMs(process.pid),
    idle: machineIdleMs(),
    wall: performance.now(),
    frames: traffic.frames,
    wire: {
      up: bytes.reduce((sum, { up }) => sum + up, 0),
      down: bytes.reduce((sum, { down }) => sum + down, 0),
    },
    clients: clients.length,
  };
}

/** The relay's costs between two moments. */
function costsOf(
  before: Snapshot,
  after: Snapshot,
  collections: readonly Collection[] | undefined,
) {
  const ms = after.wall - before.wall;
  const frames = after.frames - before.frames;
  const heap = heapFigures(collections);
  const perSecond = (bytes: number): number => ((bytes / ms) * 1000) / after.clients;
  const busy = cpus().length * ms - (after.idle - before.idle);
  const others = busy - (after.own - before.own);
  return {
    cpu: ((after.relay - before.relay) * 1000) / frames,
    framesPerSecond: (frames / ms) * 1000,
    wire: {
      up: perSecond(after.wire.up - before.wire.up),
      down: perSecond(after.wire.down - before.wire.down),
    },
    allocated: (heap.allocatedMB * 1e6) / frames,
    allocatedMBps: (heap.allocatedMB / ms) * 1000,
    longestPauseMs: heap.longestPauseMs,
    peakHeapMB: heap.peakHeapMB,
    foreign: Math.max(0, others / ms),
  };
}
