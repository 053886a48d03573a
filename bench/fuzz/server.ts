/** The Worker as it is deployed, in plain workerd, with the bench's upstream; its log and its memory. */
import { memoryKB } from "../compare/process-usage.ts";
import { startParleyWorker } from "../compare/contenders.ts";
import type { Relay } from "../compare/relay.ts";
import { startUpstream, type Upstream } from "../compare/upstream-process.ts";
import { isLogFault } from "./answers.ts";

const sampleMs = 500;

interface FuzzLog {
  /** Lines that are more than a warning. */
  readonly faults: string[];
  /** Other lines. */
  warnings: number;
}

export class FuzzServer {
  /** `http://host:port`. */
  readonly base: string;
  readonly log: FuzzLog;
  readonly #relay: Relay & { readonly pid: number };
  readonly #upstream: Upstream;
  readonly #memory: number[] = [];
  readonly #watch: NodeJS.Timeout;

  static async start(): Promise<FuzzServer> {
    const upstream = await startUpstream();
    const log: FuzzLog = { faults: [], warnings: 0 };
    const relay = await startParleyWorker(upstream.url, (text) => readLog(text, log));
    return new FuzzServer(relay, upstream, log);
  }

  private constructor(relay: Relay & { readonly pid: number }, upstream: Upstream, log: FuzzLog) {
    this.log = log;
    this.#relay = relay;
    this.#upstream = upstream;
    this.base = relay.url.replace(/^ws/, "http");
    this.#watch = setInterval(() => this.#memory.push(memoryKB(relay.pid) / 1024), sampleMs);
  }

  /** Resident memory since the last call, in MB: the most in the second quarter of the time, and in the last. */
  takeMemory(): { readonly early: number; readonly late: number } {
    const samples = this.#memory.splice(0);
    const quarter = Math.max(1, Math.floor(samples.length / 4));
    return {
      early: Math.max(0, ...samples.slice(quarter, 2 * quarter)),
      late: Math.max(0, ...samples.slice(-quarter)),
    };
  }

  async stop(): Promise<void> {
    clearInterval(this.#watch);
    await this.#relay.stop();
    await this.#upstream.stop();
  }
}

function readLog(text: string, log: FuzzLog): void {
  for (const line of text.split("\n"))
    if (isLogFault(line)) log.faults.push(line);
    else if (line !== "") log.warnings++;
}
