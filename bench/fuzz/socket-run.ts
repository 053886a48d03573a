/**
 * Sends inputs to one conversation by WebSockets, and checks the answers. A socket that was closed is opened again.
 *
 * An input counts once the server has read it. Behind one that ends the connection the server reads nothing: inputs that
 * were under way together are then sent again, one by one.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Input } from "./inputs.ts";
import type { SocketProtocol } from "./protocols.ts";
import { Retries } from "./retries.ts";
import { openSocket, type FuzzSocket } from "./socket.ts";
import type { Tally } from "./tally.ts";

/** Below the relay's limits of a connection, above which it drops frames: 100 a second, 200 at once. */
const framesPerSecond = 80;
const burst = 150;
/** A larger frame counts as several. */
const bytesPerFrame = 10 * 1024;

export interface Target {
  readonly protocol: SocketProtocol;
  /** `http://host:port`. */
  readonly base: string;
  readonly conversation: string;
}

/** @returns the fault of an answer, in words. */
export async function runInputs(
  target: Target,
  inputs: readonly Input[],
  tally: Tally,
  wait: (ms: number) => Promise<unknown> = sleep,
): Promise<string | undefined> {
  const { protocol } = target;
  const retries = new Retries(tally, wait);
  const run = new InputRun(inputs, protocol.atOnce, tally);
  const pace = new Pace(performance.now());
  while (run.isUnderWay) {
    const socket = await openSocket(target, tally, retries);
    let tried = 0;
    let outcome: Outcome = socket.isOpen ? "tried" : "refused";
    while (run.isUnderWay && socket.isOpen && outcome === "tried") {
      const waitMs = pace.take(run.next, performance.now());
      if (waitMs > 0) await wait(waitMs);
      outcome = await run.sendNext(socket);
      if (outcome === "tried") tried++;
    }
    await socket.end(protocol);
    if (socket.fault !== undefined) return socket.fault;
    if (tried > 0) retries.reset();
    const isRefused = outcome === "refused" || (tried === 0 && outcome !== "split");
    if (isRefused && !(await retries.again(socket.retryAfterS)))
      return `an input could not be tried: each connection ended with ${socket.ending}`;
  }
  return undefined;
}

/** `split`: an input ended the connection, and the server may not have read those behind it. */
type Outcome = "tried" | "split" | "refused";

class Pace {
  #tokens = burst;
  #at: number;

  /** @param now in ms. */
  constructor(now: number) {
    this.#at = now;
  }

  /** @returns how long these inputs must wait, in ms. */
  take(inputs: readonly Input[], now: number): number {
    this.#tokens = Math.min(burst, this.#tokens + ((now - this.#at) / 1000) * framesPerSecond);
    this.#at = now;
    for (const { data } of inputs) this.#tokens -= Math.max(1, data.byteLength / bytesPerFrame);
    return (Math.max(0, -this.#tokens) / framesPerSecond) * 1000;
  }
}

class InputRun {
  readonly #inputs: readonly Input[];
  readonly #atOnce: number;
  readonly #tally: Tally;
  #at = 0;
  /** Inputs before it go one by one. */
  #singleUntil = 0;

  constructor(inputs: readonly Input[], atOnce: number, tally: Tally) {
    this.#inputs = inputs;
    this.#atOnce = atOnce;
    this.#tally = tally;
  }

  get isUnderWay(): boolean {
    return this.#at < this.#inputs.length;
  }

  /** The inputs that are sent together. */
  get next(): readonly Input[] {
    const count = this.#at < this.#singleUntil ? 1 : this.#atOnce;
    return this.#inputs.slice(this.#at, this.#at + count);
  }

  async sendNext(socket: FuzzSocket): Promise<Outcome> {
    const batch = this.next;
    for (const input of batch) socket.send(input);
    await socket.roundTrip();
    if (socket.isRefused) return "refused";
    if (!socket.isOpen && batch.length > 1) {
      this.#singleUntil = this.#at + batch.length;
      return "split";
    }
    this.#at += batch.length;
    this.#tally.frames += batch.length;
    return "tried";
  }
}
