/** The emulator in a process of its own, with its log and its statistics. */
import { spawn } from "node:child_process";

export interface EmulatorProcess {
  /** ws://… */
  readonly base: string;
  /** Lines on standard error. */
  readonly log: readonly string[];
  stats(): Promise<Stats>;
  stop(): void;
}

export interface Stats {
  readonly memory: { readonly rss: number };
  readonly speech: {
    readonly detector: { readonly longestWait: number };
    readonly speech: { readonly longestWait: number };
    readonly couldNotKeepUp: boolean;
  };
}

const main = new URL("../../src/emulator/node/main.ts", import.meta.url).pathname;

export async function startEmulatorProcess(): Promise<EmulatorProcess> {
  const child = spawn(process.execPath, [main, "--port", "0", "--seed", "1"]);
  const log: string[] = [];
  child.stderr.on("data", (data) => log.push(String(data).trim()));
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.on("data", (data) => {
      const address = /http:\S+/u.exec(String(data))?.[0];
      if (address !== undefined) resolve(address);
    });
    child.once("exit", () => reject(new Error(`the emulator exited: ${log.join("\n")}`)));
  });
  return {
    base: url.replace("http", "ws"),
    log,
    stats: async () => (await (await fetch(`${url}/_emulator/stats`)).json()) as Stats,
    stop: () => child.kill(),
  };
}
