/** The child processes of a script: waits until they respond, and stops them together. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";

export interface Child {
  readonly pid: number | undefined;
  /** Waits until the URL answers with 200. @throws Error if the process exits first, or after 60 s. */
  waitUntilReady(url: string): Promise<void>;
}

type Reword = (line: string) => string | undefined;

function printLines(from: Readable | null, to: Writable, reword: Reword): void {
  if (!from) return;
  createInterface({ input: from }).on("line", (line) => {
    const printed = reword(line);
    if (printed !== undefined) to.write(`${printed}\n`);
  });
}

export class Children {
  readonly #running = new Set<ChildProcess>();
  stopping = false;

  /**
   * Runs Node with these arguments. If the child exits by itself, this process exits with 1.
   * @param reword takes a line of its output and returns the line to print, if any; without it the output is inherited.
   */
  node(name: string, args: string[], env: Record<string, string> = {}, reword?: Reword): Child {
    const output = reword ? "pipe" : "inherit";
    // Its own process group: `stop` ends its children as well.
    const child = spawn(process.execPath, args, {
      stdio: ["ignore", output, output],
      detached: true,
      env: { ...process.env, ...env },
    });
    if (reword) {
      printLines(child.stdout, process.stdout, reword);
      printLines(child.stderr, process.stderr, reword);
    }
    this.#running.add(child);
    let ended = false;
    child.once("exit", (code) => {
      ended = true;
      this.#running.delete(child);
      if (!this.stopping) void this.#fail(name, code);
    });
    return { pid: child.pid, waitUntilReady: (url) => waitUntilReady(name, url, () => ended) };
  }

  /** Runs Node with these arguments and waits for its exit. @throws Error if the exit code is not 0. */
  async runToExit(name: string, args: string[], env: Record<string, string> = {}): Promise<void> {
    const child = spawn(process.execPath, args, {
      stdio: ["ignore", "inherit", "inherit"],
      detached: true,
      env: { ...process.env, ...env },
    });
    this.#running.add(child);
    const [code] = (await once(child, "exit")) as [number | null];
    this.#running.delete(child);
    if (code !== 0) throw new Error(`${name} failed.`);
  }

  /** Sends SIGTERM to all, and SIGKILL after 3 s to the rest. */
  async stop(): Promise<void> {
    this.stopping = true;
    await Promise.all([...this.#running].map((child) => terminate(child)));
  }

  async #fail(name: string, code: number | null): Promise<void> {
    await this.stop();
    console.error(`parley: ${name} stopped${code === null ? "" : ` with exit code ${code}`}.`);
    process.exit(1);
  }
}

async function terminate(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  signal(child, "SIGTERM");
  await Promise.race([ended, sleep(3000, undefined, { ref: false })]);
  signal(child, "SIGKILL");
  await ended;
}

function signal(child: ChildProcess, name: NodeJS.Signals): void {
  try {
    // Windows has no process groups.
    if (process.platform === "win32" || child.pid === undefined) child.kill(name);
    else process.kill(-child.pid, name);
  } catch {
    // The group no longer exists.
  }
}

async function waitUntilReady(name: string, url: string, ended: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await sleep(50)) {
    if (ended()) throw new Error(`${name} did not start.`);
    const ok = await fetch(url).then(
      (response) => response.ok,
      () => false,
    );
    if (ok) return;
  }
  throw new Error(`${name} does not answer at ${url}.`);
}
