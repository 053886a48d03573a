/** The emulator in a process of its own, with its log and its statistics. */
import { startChild } from "../child.ts";

export interface EmulatorProcess {
  /** ws://… */
  readonly base: string;
  readonly pid: number;
  /** Lines on standard error. */
  readonly log: readonly string[];
  stats(): Promise<Stats>;
  stop(): Promise<void>;
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
  const log: string[] = [];
  const child = startChild([process.execPath, main, "--port", "0", "--seed", "1"], {
    onError: (text) => log.push(text.trim()),
  });
  const address = /http:\S+/u;
  const line = await child
    .nextLine((each) => address.test(each))
    .catch((error: unknown) => {
      throw new Error(`the emulator exited: ${log.join("\n")}`, { cause: error });
    });
  const url = address.exec(line)?.[0] ?? "";
  return {
    base: url.replace("http", "ws"),
    pid: child.pid,
    log,
    stats: async () => (await (await fetch(`${url}/_emulator/stats`)).json()) as Stats,
    stop: () => child.stop(),
  };
}
