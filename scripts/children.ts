/** The processes a script starts: waited for until they answer, and stopped together. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";

export interface Child {
  readonly pid: number | undefined;
  /** Waits until the URL answers with 200. @throws Error when the process ends before, or after a minute. */
  answers(url: string): Promise<void>;
}

export class Children {
  readonly #running = new Set<ChildProcess>();
  stopping = false;

  /** Runs Node with these arguments. Its output goes where ours goes. If it ends on its own, so do we. */
  node(name: string, args: string[], env: Record<string, string> = {}): Child {
    // A group of its own, so that what it starts is stopped with it.
    const child = spawn(process.execPath, args, {
      stdio: ["ignore", "inherit", "inherit"],
      detached: true,
      env: { ...process.env, ...env },
    });
    this.#running.add(child);
    let ended = false;
    child.once("exit", (code) => {
      ended = true;
      this.#running.delete(child);
      if (!this.stopping) void this.#fail(name, code);
    });
    return { pid: child.pid, answers: (url) => answers(name, url, () => ended) };
  }

  /** Runs Node with these arguments to the end. @throws Error when it fails. */
  async finish(name: string, args: string[], env: Record<string, string> = {}): Promise<void> {
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

  /** Asks all to stop, and makes those stop that have not after three seconds. */
  async stop(): Promise<void> {
    this.stopping = true;
    await Promise.all([...this.#running].map((child) => end(child)));
  }

  async #fail(name: string, code: number | null): Promise<void> {
    await this.stop();
    console.error(`parley: ${name} stopped${code === null ? "" : ` with exit code ${code}`}.`);
    process.exit(1);
  }
}

async function end(child: ChildProcess): Promise<void> {
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
    // The group is gone.
  }
}

async function answers(name: string, url: string, ended: () => boolean): Promise<void> {
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
