/** Child processes of a test, each with a group of its own: the browser's wrappers leave their children behind. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";

const running = new Set<number>();

function kill(group: number): void {
  running.delete(group);
  process.kill(-group, "SIGTERM");
}

/** A run that is interrupted must leave no browser behind. */
function killAll(): void {
  for (const group of running) kill(group);
}

process.once("exit", killAll);
for (const signal of ["SIGINT", "SIGTERM"] as const)
  process.once(signal, () => {
    killAll();
    process.kill(process.pid, signal);
  });

export class Child {
  readonly #process: ChildProcess;
  #output = "";
  #changed = Promise.withResolvers<void>();
  readonly #exit: Promise<unknown>;

  constructor(command: string, args: readonly string[], env: NodeJS.ProcessEnv) {
    this.#process = spawn(command, args, {
      env,
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const { pid } = this.#process;
    if (pid !== undefined) running.add(pid);
    this.#process.once("exit", () => running.delete(pid ?? 0));
    this.#exit = once(this.#process, "close").catch(() => undefined);
    for (const stream of [this.#process.stdout, this.#process.stderr])
      stream?.setEncoding("utf8").on("data", (text: string) => this.#append(text));
    void this.#exit.then(() => this.#append(`\n${command} ended.\n`));
  }

  /** @throws with the output when the process ends before it prints the pattern. */
  async prints(pattern: RegExp): Promise<RegExpMatchArray> {
    for (;;) {
      const found = this.#output.match(pattern);
      if (found) return found;
      if (this.#process.exitCode !== null || this.#process.signalCode !== null)
        throw new Error(`${this.#process.spawnfile} ended:\n${this.#output}`);
      await this.#changed.promise;
    }
  }

  async stop(): Promise<void> {
    const { pid } = this.#process;
    if (pid !== undefined && running.has(pid)) kill(pid);
    await this.#exit;
  }

  #append(text: string): void {
    this.#output += text;
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}
