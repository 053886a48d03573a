/** Starts the whole emulator on this machine: the core, its real ears and voice, and the port. */
import { openEmulator } from "../core/emulator.ts";
import type { Emulator, EmulatorOptions } from "../core/emulator.ts";
import { brainOf } from "./brain.ts";
import { NodeClock } from "./clock.ts";
import { seeded } from "./random.ts";
import { serve } from "./server/serve.ts";
import type { Views } from "./server/inspect.ts";
import { openSpeech } from "./speech.ts";
import type { Speech } from "./speech.ts";

export interface StartOptions {
  /** 0 takes any free port. */
  readonly port?: number;
  readonly host?: string;
  /** The same seed draws the same numbers; without one, every run is different. */
  readonly seed?: number;
  /** Text frames instead of binary ones. */
  readonly textFrames?: boolean;
  /** A profile that answers for every model. */
  readonly profile?: string;
  /** Told, in a line each, what goes wrong; never what is said or sent. */
  readonly log?: (line: string) => void;
}

export interface Running {
  readonly port: number;
  /** For clients: `http://host:port`. */
  readonly url: string;
  /** The ears and voice it runs on, for tests that would otherwise load them twice. */
  readonly speech: Speech;
  close(): Promise<void>;
}

/** Settles when it can be spoken to: about three seconds, spent loading models. */
export async function startEmulator(options: StartOptions = {}): Promise<Running> {
  const { port = 0, host = "127.0.0.1", log = console.error } = options;
  const speech = openSpeech({ now: () => performance.now(), log });
  const clock = new NodeClock();
  const ports = {
    ears: speech.ears,
    voice: speech.voice,
    brain: brainOf(process.env),
    clock,
    random: seeded(options.seed),
  };
  const emulator = openEmulator(ports, coreOptions(options, log));
  const views: Views = viewsOf({ emulator, speech, clock, sockets: () => serving.sockets() });
  const serving = await serve({ port, host, connect: emulator.connect, views }).catch(
    async (problem: unknown) => {
      await speech.close();
      throw problem;
    },
  );
  await speech.ready;
  return { port: serving.port, url: urlOf(host, serving.port), speech, close };

  async function close(): Promise<void> {
    await serving.close();
    clock.close();
    await speech.close();
  }
}

function coreOptions(
  { profile, textFrames = false }: StartOptions,
  log: (line: string) => void,
): EmulatorOptions {
  return {
    profile,
    framing: { text: textFrames, compact: false },
    onFailure: (problem) => log(`a session failed: ${String(problem)}`),
  };
}

/** How a client on this machine reaches a server bound to `host`. */
function urlOf(host: string, port: number): string {
  const reached = host === "0.0.0.0" || host === "::" ? "localhost" : host;
  return `http://${reached.includes(":") ? `[${reached}]` : reached}:${port}`;
}

interface Parts {
  readonly emulator: Emulator;
  readonly speech: Speech;
  readonly clock: NodeClock;
  sockets: (this: void) => number;
}

function viewsOf({ emulator, speech, clock, sockets }: Parts): Views {
  return {
    health: () => ({ status: "ok" }),
    sessions: () => emulator.sessions(),
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
  };
}

/** Only when Node runs with --expose-gc; says whether it did. */
function collectGarbage(): boolean {
  if (globalThis.gc === undefined) return false;
  globalThis.gc();
  return true;
}
