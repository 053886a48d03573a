/** What `/_emulator/` shows of an emulator, and does to it. */
import type { Emulator } from "../core/emulator.ts";
import type { NodeClock } from "./clock.ts";
import type { RecentFrames } from "./recent-frames.ts";
import { type HttpReply, errorReply } from "./server/http-reply.ts";
import type { DebugEndpoints } from "./server/debug-handler.ts";
import type { SpeechService } from "./speech.ts";

interface DebugSources {
  readonly emulator: Emulator;
  readonly speech: SpeechService;
  readonly clock: NodeClock;
  readonly latest: RecentFrames;
  sockets: (this: void) => number;
}

export function createDebugEndpoints({
  emulator,
  speech,
  clock,
  latest,
  sockets,
}: DebugSources): DebugEndpoints {
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
          machine: { sockets: sockets(), timers: clock.armedTimers },
          speech: speech.stats(),
          memory: { heapUsed, rss, collected },
          uptimeSeconds: Math.round(process.uptime()),
        };
      },
    },
    actions: { faults: (fault) => injectFault(emulator, fault) },
  };
}

/** @throws BadScript */
function injectFault(emulator: Emulator, fault: unknown): HttpReply {
  if (emulator.inject(fault)) return { status: 200, body: {} };
  return errorReply(
    409,
    "FAILED_PRECONDITION",
    "There is no such connection now, and will be none.",
  );
}

/** Only when Node runs with --expose-gc; says whether it did. */
function collectGarbage(): boolean {
  if (globalThis.gc === undefined) return false;
  globalThis.gc();
  return true;
}
