/** The emulator's public face: a Gemini Live API that needs no key, on whatever ears, voice and brain it is given. */
import { judge, readCredential } from "./auth.ts";
import { Connection } from "./connection.ts";
import { readEndpoint } from "./endpoint.ts";
import { DEFAULT_FRAMING } from "./frames.ts";
import { type EmulatorOptions, House } from "./house.ts";
import type { Ports } from "./ports.ts";
import type { Connect } from "./socket.ts";
import type { SessionReport, Stats } from "./stats.ts";

export type { EmulatorOptions } from "./house.ts";
export type { SessionReport, Stats } from "./stats.ts";

export interface Emulator {
  /** Answers an upgrade; undefined where there is nothing (HTTP 404). */
  readonly connect: Connect;
  stats(): Stats;
  sessions(): SessionReport[];
}

const DEFAULTS: EmulatorOptions = {
  profile: undefined,
  framing: DEFAULT_FRAMING,
  onFailure: () => undefined,
};

export function openEmulator(ports: Ports, options: Partial<EmulatorOptions> = {}): Emulator {
  const house = new House(ports, { ...DEFAULTS, ...options });
  return {
    connect: (request, peer) => {
      const endpoint = readEndpoint(request.path);
      if (endpoint === undefined) return undefined;
      return new Connection(house, endpoint, peer, judge(readCredential(request)));
    },
    stats: () => house.stats(),
    sessions: () => house.sessions(),
  };
}
