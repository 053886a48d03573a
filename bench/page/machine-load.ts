/** How much of the machine other programs take while a benchmark runs in a browser. */
import { cpus } from "node:os";
import type { Browser, CDPSession } from "@playwright/test";
import { machineIdleMs, processTimeMs } from "../compare/process-usage.ts";

/** More than this part of a processor is a disturbance: timers and audio threads are late. */
export const mostForeign = 0.15;

interface Snapshot {
  readonly at: number;
  readonly idleMs: number;
  readonly ownMs: number;
}

export class MachineLoad {
  readonly #session: CDPSession;
  #before: Snapshot;

  private constructor(session: CDPSession, before: Snapshot) {
    this.#session = session;
    this.#before = before;
  }

  static async watch(browser: Browser): Promise<MachineLoad> {
    const session = await browser.newBrowserCDPSession();
    return new MachineLoad(session, await takeSnapshot(session));
  }

  /** @returns the processors that other programs kept busy since the last call: 1 is one of them. */
  async foreign(): Promise<number> {
    const [before, now] = [this.#before, await takeSnapshot(this.#session)];
    this.#before = now;
    const ms = now.at - before.at;
    const busyMs = cpus().length * ms - (now.idleMs - before.idleMs);
    return Math.max(0, (busyMs - (now.ownMs - before.ownMs)) / ms);
  }
}

async function takeSnapshot(session: CDPSession): Promise<Snapshot> {
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  const ids = [process.pid, ...processInfo.map(({ id }) => id)];
  const ownMs = ids.reduce((sum, id) => sum + timeOf(id), 0);
  return { at: performance.now(), idleMs: machineIdleMs(), ownMs };
}

/** A process of the browser may have ended meanwhile. */
function timeOf(pid: number): number {
  try {
    return processTimeMs(pid) || 0;
  } catch {
    return 0;
  }
}

export const percent = (share: number): string => `${Math.round(100 * share)} %`;
