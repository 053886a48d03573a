/** Child processes of the benches. None outlives its bench, whether that ends, fails, or is interrupted or killed. */
import { spawn, type ChildProcessByStdio } from "node:child_process";
import { existsSync } from "node:fs";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";

export interface Child {
  readonly pid: number;
  readonly input: Writable;
  /** Takes the lines of output that no `nextLine` takes. */
  onLine: (line: string) => void;
  /** @throws Error if the process exits first. */
  nextLine(matches?: (line: string) => boolean): Promise<string>;
  stop(): Promise<void>;
}

export interface ChildOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Takes standard error; otherwise it is printed. */
  readonly onError?: (text: string) => void;
}

type Running = ChildProcessByStdio<Writable, Readable, Readable>;

const running = new Set<Running>();
const cleanups = new Set<() => void>();

let watched = false;

/** From the first child on, an interrupted bench ends its children. */
function watchEnd(): void {
  if (watched) return;
  watched = true;
  process.on("exit", () => {
    for (const child of running) child.kill("SIGKILL");
    for (const cleanup of cleanups) cleanup();
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.on(signal, () => process.exit(1));
}

/** Runs `cleanup` when the bench ends, whatever the reason. @returns a function that runs it now instead. */
export function atEnd(cleanup: () => void): () => void {
  watchEnd();
  cleanups.add(cleanup);
  return () => {
    if (cleanups.delete(cleanup)) cleanup();
  };
}

/**
 * Linux ends the child when this process dies, even by SIGKILL. Lines come as they are written, not when a buffer is
 * full.
 */
const prefix = [
  ...(existsSync("/usr/bin/setpriv") ? ["/usr/bin/setpriv", "--pdeathsig", "KILL"] : []),
  ...(existsSync("/usr/bin/stdbuf") ? ["/usr/bin/stdbuf", "-oL"] : []),
];

/** @param command the program and its arguments. */
export function startChild(command: readonly string[], options: ChildOptions = {}): Child {
  watchEnd();
  const { cwd, env, onError = (text) => process.stderr.write(text) } = options;
  const [program = "", ...args] = [...prefix, ...command];
  const child: Running = spawn(program, args, {
    cwd,
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...process.env, ...env },
  });
  running.add(child);
  const ended = once(child, "exit").finally(() => running.delete(child));
  // A child that has ended reads no more.
  child.stdin.on("error", () => undefined);
  child.stderr.setEncoding("utf8").on("data", onError);
  const waiting: { matches: (line: string) => boolean; resolve: (line: string) => void }[] = [];
  const self: Child = {
    pid: child.pid ?? 0,
    input: child.stdin,
    onLine: () => undefined,
    nextLine: (matches = () => true) =>
      Promise.race([
        new Promise<string>((resolve) => waiting.push({ matches, resolve })),
        ended.then(() => {
          throw new Error(`${command.join(" ")} exited too soon`);
        }),
      ]),
    async stop() {
      child.kill("SIGKILL");
      await ended;
    },
  };
  createInterface({ input: child.stdout }).on("line", (line) => {
    const at = waiting.findIndex(({ matches }) => matches(line));
    const [next] = at < 0 ? [] : waiting.splice(at, 1);
    if (next) next.resolve(line);
    else self.onLine(line);
  });
  return self;
}
