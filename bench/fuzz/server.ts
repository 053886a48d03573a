/** The Worker as it is deployed, in plain workerd, with the bench's upstream; its log and its memory. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { atEnd } from "../child.ts";
import { memoryKB } from "../compare/process-usage.ts";
import { startParleyWorker } from "../compare/contenders.ts";
import type { Relay } from "../compare/relay.ts";
import { startUpstream, type Upstream } from "../compare/upstream-process.ts";
import { isLogFault } from "./answers.ts";
import { kindOf } from "./tally.ts";

const sampleMs = 500;
/** Where there is one: a commit to a disk takes longer than all else, and the platform's storage waits for none. */
const memoryFolder = "/dev/shm";
/** A refused input would not reach the code behind the limit. */
const raisedLimits = [
  "LIMIT_AUDIO",
  "LIMIT_TYPED_TURNS",
  "LIMIT_PICTURES",
  "LIMIT_DIALS",
  "LIMIT_HANDLES",
  "LIMIT_NEW_CONVERSATIONS",
  "LIMIT_CONVERSATIONS",
  "LIMIT_EPHEMERAL_TOKENS",
];

interface FuzzLog {
  /** Lines that are more than a warning. */
  readonly faults: string[];
  /** Other lines, by their kind. */
  readonly warnings: Map<string, number>;
}

export class FuzzServer {
  /** `http://host:port`. */
  readonly base: string;
  readonly log: FuzzLog;
  readonly #relay: Relay & { readonly pid: number };
  readonly #upstream: Upstream;
  readonly #memory: number[] = [];
  #heapMB = 0;
  readonly #removeFolder: () => void;
  readonly #watch: NodeJS.Timeout;

  static async start(): Promise<FuzzServer> {
    const upstream = await startUpstream();
    const log: FuzzLog = { faults: [], warnings: new Map() };
    const folder = mkdtempSync(
      join(existsSync(memoryFolder) ? memoryFolder : tmpdir(), "parley-fuzz-"),
    );
    const removeFolder = atEnd(() => rmSync(folder, { recursive: true, force: true }));
    const relay = await startParleyWorker(upstream.url, {
      onLog: (text) => readLog(text, log),
      place: { folder },
      settings: Object.fromEntries(raisedLimits.map((name) => [name, "1000000"])),
    });
    return new FuzzServer(relay, upstream, log, removeFolder);
  }

  private constructor(
    relay: Relay & { readonly pid: number },
    upstream: Upstream,
    log: FuzzLog,
    removeFolder: () => void,
  ) {
    this.#removeFolder = removeFolder;
    this.log = log;
    this.#relay = relay;
    this.#upstream = upstream;
    this.base = relay.url.replace(/^ws/, "http");
    this.#watch = setInterval(() => this.#memory.push(memoryKB(relay.pid) / 1024), sampleMs);
  }

  /** Resident memory, and V8's heap after its latest whole collection. */
  get memory(): string {
    this.#heapMB =
      this.#relay.takeCollections()?.findLast(({ kind }) => kind === "mark-compact")?.after ??
      this.#heapMB;
    return `memory ${(this.#memory.at(-1) ?? 0).toFixed(0)} MB, of it in use by V8 ${this.#heapMB.toFixed(0)} MB`;
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
    this.#removeFolder();
  }
}

function readLog(text: string, log: FuzzLog): void {
  for (const line of text.split("\n"))
    if (isLogFault(line)) log.faults.push(line);
    else if (line !== "") {
      const kind = kindOf(line);
      log.warnings.set(kind, (log.warnings.get(kind) ?? 0) + 1);
    }
}
