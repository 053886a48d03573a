/** The two servers of a soak test: the emulator, and the relay, which can restart with its stored state. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../test/support/parley.ts";

const root = join(import.meta.dirname, "../..");

interface Counts {
  readonly sockets: number;
  readonly failures: number;
  readonly sessions: { readonly connected: number; readonly kept: number };
}

export class Emulator {
  readonly url: string;
  readonly #child: ChildProcess;
  #mostSockets = 0;
  readonly #watch: NodeJS.Timeout;

  constructor(url: string, child: ChildProcess) {
    this.url = url;
    this.#child = child;
    this.#watch = setInterval(() => void this.stats().catch(() => undefined), 250);
  }

  /** Peak of concurrent sockets, sampled four times a second. */
  get mostSockets(): number {
    return this.#mostSockets;
  }

  /** Injects a fault into the newest connection. @throws Error if there is none. */
  async injectFault(fault: object): Promise<void> {
    const body = JSON.stringify({ when: {}, what: fault });
    const { ok, status } = await fetch(`${this.url}/_emulator/faults`, { method: "POST", body });
    if (!ok) throw new Error(`the emulator refused ${body}: HTTP ${status}`);
  }

  async stats(): Promise<Counts> {
    const counts = (await (await fetch(`${this.url}/_emulator/stats`)).json()) as Counts;
    this.#mostSockets = Math.max(this.#mostSockets, counts.sockets);
    return counts;
  }

  stop(): void {
    clearInterval(this.#watch);
    this.#child.kill();
  }
}

export async function startEmulator(speed: number): Promise<Emulator> {
  const options = ["--port", "0", "--seed", "1", "--speed", `${speed}`];
  const child = spawn(process.execPath, ["src/emulator/node/main.ts", ...options], {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const url = /http:\/\/[\w.:]+/;
  return new Emulator((await matchOutput(child, url)) ?? "", child);
}

export class Relay {
  readonly port: number;
  readonly #folder = mkdtempSync(join(tmpdir(), "parley-soak-"));
  #child: ChildProcess | undefined;

  constructor(port: number, upstream: string) {
    this.port = port;
    writeFileSync(this.#vars, `LIVE_API_URL=${upstream}\n`);
  }

  /** Starts it as `npm start` does. */
  async start(): Promise<void> {
    const options = ["scripts/start.ts", "--persist-to", this.#folder];
    this.#child = spawn(process.execPath, options, {
      cwd: root,
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, PORT: `${this.port}`, PARLEY_VARS: this.#vars },
    });
    await matchOutput(this.#child, /parley is ready/);
  }

  async stop(): Promise<void> {
    if (!this.#child) return;
    const ended = once(this.#child, "exit");
    this.#child.kill("SIGTERM");
    await ended;
  }

  removeState(): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  get #vars(): string {
    return join(this.#folder, "vars");
  }
}

export const newRelay = async (upstream: string): Promise<Relay> =>
  new Relay(await freePort(), upstream);

/** @returns the first match in the process's output. @throws Error if the process exits first. */
function matchOutput(child: ChildProcess, pattern: RegExp): Promise<string | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<string | undefined>();
  let text = "";
  child.stdout?.setEncoding("utf8").on("data", (more: string) => {
    text += more;
    const found = pattern.exec(text);
    if (found) resolve(found[0]);
  });
  child.once("exit", () => reject(new Error(`the process exited before it was ready: ${text}`)));
  return promise;
}
