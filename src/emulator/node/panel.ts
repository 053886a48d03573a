/** What `/_emulator/` shows of an emulator, and does to it. */
import type { Emulator } from "../core/emulator.ts";
import type { NodeClock } from "./clock.ts";
import type { Latest } from "./latest.ts";
import { type Answer, failure } from "./server/failure.ts";
import type { Panel } from "./server/inspect.ts";
import type { Speech } from "./speech.ts";

interface Parts {
  readonly emulator: Emulator;
  readonly speech: Speech;
  readonly clock: NodeClock;
  readonly latest: Latest;
  sockets: (this: void) => number;
}

export function panelOf({ emulator, speech, clock, latest, sockets }: Parts): Panel {
  return {
    views: {
      health: () => ({ status: "ok" }),
      sessions: () => emulator.sessions(),
      frames: (query) => latest.frames(query.get("connection")),
      stats: (query) => {
        const collected = query.get("gc") === "1" && collectGarbage();
        const { heapUsed, rss } = process.memoryUsage();
        return {
          ...emulator.stats(),
          // What the machine holds: at rest it agrees with what the core believes.
          machine: { sockets: sockets(), timers: clock.armed },
          speech: speech.stats(),
          memory: { heapUsed, rss, collected },
          uptimeSeconds: Math.round(process.uptime()),
        };
      },
    },
    deeds: { faults: (fault) => strike(emulator, fault) },
  };
}

/** @throws BadScript */
function strike(emulator: Emulator, fault: unknown): Answer {
  if (emulator.inject(fault)) return { status: 200, body: {} };
  return failure(409, "FAILED_PRECONDITION", "There is no such connection now, and will be none.");
}

/** Only when Node runs with --expose-gc; says whether it did. */
function collectGarbage(): boolean {
  if (globalThis.gc === undefined) return false;
  globalThis.gc();
  return true;
}
