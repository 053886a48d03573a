/** The views and actions under `/_emulator/`. */
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
  readonly recentFrames: RecentFrames;
  sockets: (this: void) => number;
}

export function createDebugEndpoints({
  emulator,
  speech,
  clock,
  recentFrames,
  sockets,
}: DebugSources): DebugEndpoints {
  return {
    views: {
      health: () => ({ status: "ok" }),
      sessions: () => emulator.sessions(),
      frames: (query) => recentFrames.frames(query.get("connection")),
      stats: (query) => {
        const collected = query.get("gc") === "1" && collectGarbage();
        const { heapUsed, rss } = process.memoryUsage();
        return {
          ...emulator.stats(),
          // Resources in use; at rest they must agree with the core's counters.
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

/** @throws ScriptError */
function injectFault(emulator: Emulator, fault: unknown): HttpReply {
  if (emulator.inject(fault)) return { status: 200, body: {} };
  return errorReply(
    409,
    "FAILED_PRECONDITION",
    "There is no such connection now, and will be none.",
  );
}

/** Works only when Node runs with --expose-gc. @returns whether it did. */
function collectGarbage(): boolean {
  if (globalThis.gc === undefined) return false;
  globalThis.gc();
  return true;
}
