/** The emulator's entry point: a Gemini Live API without keys, on a given recognizer, synthesizer and brain. */
import { authenticate, readCredential } from "./protocol/auth.ts";
import { Connection } from "./connection/connection.ts";
import { readEndpoint } from "./protocol/endpoint.ts";
import { readFault } from "./faults/parse-faults.ts";
import { handleTokenRequest, type HttpResponse, type HttpRequest } from "./protocol/http.ts";
import { resolveOptions, type EmulatorOptions } from "./options.ts";
import type { Ports } from "./ports.ts";
import type { SessionReport } from "./session/session-reports.ts";
import { ServerState } from "./connection/server-state.ts";
import type { Connect } from "./connection/socket.ts";
import type { Stats } from "./stats.ts";

export type { SessionReport } from "./session/session-reports.ts";
export type { EmulatorOptions } from "./options.ts";
export type { Stats } from "./stats.ts";

export interface Emulator {
  /** Accepts an upgrade; undefined for an unknown path (HTTP 404). */
  readonly connect: Connect;
  /** Answers plain HTTP requests, which mint tokens; undefined for an unknown path (HTTP 404). */
  readonly handleHttp: (request: HttpRequest) => HttpResponse | undefined;
  /**
   * Injects a fault, an entry of a scenario's `faults`; without a connection number into the newest connection.
   * @returns whether a connection is open, or can still open, that the fault is for. @throws ScriptError
   */
  inject(fault: unknown): boolean;
  stats(): Stats;
  sessions(): SessionReport[];
}

export function openEmulator(ports: Ports, options: EmulatorOptions = {}): Emulator {
  const server = new ServerState(ports, resolveOptions(options));
  return {
    connect: (request, peer) => {
      const endpoint = readEndpoint(request.path);
      if (endpoint === undefined) return undefined;
      const at = { tokens: server.tokens, now: ports.clock.now() };
      const auth = authenticate(readCredential(request), endpoint, at);
      return new Connection(server, { endpoint, path: request.path, auth }, peer);
    },
    stats: () => server.stats(),
    handleHttp: (request) =>
      handleTokenRequest(request, server.tokens, { now: ports.clock.now(), random: ports.random }),
    inject: (fault) => server.injectFault(readFault(fault)),
    sessions: () => server.reports.all(),
  };
}
