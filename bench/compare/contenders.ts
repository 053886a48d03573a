/** Everything that the bench compares, by name. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { connectAdk, connectBare, connectLive, connectParley, type Connect } from "./clients.ts";
import type { Relay } from "./relay.ts";
import { startWorkerd } from "./workerd.ts";

export interface Contender {
  readonly name: string;
  readonly connect: Connect;
  /** @param upstream the Live API's address, http. */
  start(upstream: string): Promise<Relay>;
}

/** The contender that all others are compared with. */
export const floor = "floor";

const parley = (upstream: string): Promise<Relay> =>
  startWorkerd({
    entry: "src/index.ts",
    objects: {
      CONVERSATION: "Conversation",
      DIRECTORY: "Directory",
      EPHEMERAL_TOKENS: "EphemeralTokenStore",
    },
    settings: { LIVE_API_URL: upstream, ALLOW_ANONYMOUS: "1" },
  });

export const contenders: readonly Contender[] = [
  { name: "direct", connect: connectLive, start: direct },
  {
    name: floor,
    connect: connectBare,
    start: (upstream) =>
      startWorkerd({
        entry: "bench/compare/floor/worker.ts",
        objects: { CONVERSATION: "Floor" },
        settings: { LIVE_API_URL: upstream },
      }),
  },
  { name: "parley.v1", connect: connectParley, start: parley },
  { name: "ADK", connect: connectAdk, start: parley },
  { name: "Live API", connect: connectLive, start: parley },
  { name: "relay in Node", connect: connectBare, start: nodeRelay },
];

/** No relay: the upstream's own process counts as none. */
function direct(upstream: string): Promise<Relay> {
  return Promise.resolve({
    url: upstream.replace(/^http/, "ws"),
    pid: 0,
    takeCollections: () => [],
    stop: () => Promise.resolve(),
  });
}

async function nodeRelay(upstream: string): Promise<Relay> {
  const child = spawn(process.execPath, [join(import.meta.dirname, "node-relay.ts")], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, LIVE_API_URL: upstream },
  });
  const port = await firstLine(child);
  return {
    url: `ws://127.0.0.1:${port}`,
    pid: child.pid ?? 0,
    takeCollections: () => [],
    stop: () => kill(child),
  };
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error("the process has no output");
  const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  return line;
}

async function kill(child: ChildProcess): Promise<void> {
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
}
