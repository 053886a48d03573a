/** Watches the sources while `npm start` runs: reloads the Worker, and reports that, or the mistake in the way, in one line. */
import { mkdirSync, watch, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import type { AgentCheck, CheckedSettings } from "./check-agents.ts";

const root = join(import.meta.dirname, "..");
/** wrangler watches this folder (`wrangler.toml`): it ends if the Worker cannot load, so it must not watch the agents. */
const signals = join(root, ".wrangler/reload");
/** An editor saves a file in several steps. */
const settleMs = 100;
const patienceMs = 20_000;

/** Must precede `wrangler dev`. */
export const prepareReloads = (): void => void mkdirSync(signals, { recursive: true });

/** @param health the address whose header `x-parley-instance` changes with a reload. */
export function reloadOnChange(health: string, settings: CheckedSettings): void {
  const changed = new Set<string>();
  let running: Promise<void> | undefined;
  const reload = async (): Promise<void> => {
    await sleep(settleMs);
    const names = [...changed].map((file) => basename(file).replace(/\.ts$/u, "")).join(", ");
    changed.clear();
    const { mistake, warnings } = await checkAgents(settings);
    for (const warning of warnings) console.warn(`parley: ${warning}`);
    if (mistake === undefined) await reloadNow(names, health);
    else console.error(`parley: not reloaded, the version before goes on: ${mistake}`);
    running = changed.size > 0 ? reload() : undefined;
  };
  for (const folder of ["src", "public"])
    watch(join(root, folder), { recursive: true }, (_, file) => {
      if (file === null || !isSource(join(folder, file))) return;
      changed.add(file);
      running ??= reload();
    }).unref();
}

/** Editors write temporary files; the build of the client writes `public/assets`; the emulator is another process. */
const isSource = (file: string): boolean =>
  /(^|\/)[^./][^/]*\.\w+$/u.test(file) && !/^(src\/emulator|public\/assets)\//u.test(file);

async function reloadNow(names: string, health: string): Promise<void> {
  const before = await instanceAt(health);
  writeFileSync(join(signals, "changed"), names);
  if (await isReloaded(health, before)) console.log(`reloaded: ${names}`);
}

async function isReloaded(health: string, before: string | undefined): Promise<boolean> {
  for (const deadline = Date.now() + patienceMs; Date.now() < deadline; await sleep(100)) {
    const instance = await instanceAt(health);
    if (instance !== undefined && instance !== before) return true;
  }
  return false;
}

const instanceAt = (health: string): Promise<string | undefined> =>
  fetch(health).then(
    ({ headers }) => headers.get("x-parley-instance") ?? undefined,
    () => undefined,
  );

/** Loads the agents in a thread of its own: this one has the modules of the start. */
async function checkAgents(settings: CheckedSettings): Promise<AgentCheck> {
  const thread = new Worker(join(import.meta.dirname, "check-agents.ts"), { workerData: settings });
  return new Promise((resolve) => {
    thread.once("message", (check: AgentCheck) => resolve(check));
    thread.once("error", (error) => resolve({ mistake: String(error), warnings: [] }));
  });
}
