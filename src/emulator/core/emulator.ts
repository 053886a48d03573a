/** The emulator's public face: a Gemini Live API that needs no key, on whatever ears, voice and brain it is given. */
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
  /** Answers an upgrade; undefined where there is nothing (HTTP 404). */
  readonly connect: Connect;
  /** Answers plain HTTP: tokens are minted; undefined where there is nothing (404). */
  readonly handleHttp: (request: HttpRequest) => HttpResponse | undefined;
  /**
   * Makes something go wrong, as an entry of a fault script says. Without a connection it strikes the newest.
   * @returns whether there is, or may yet be, a connection to strike. @throws BadScript
   */
  inject(fault: unknown): boolean;
  stats(): Stats;
  sessions(): SessionReport[];
}

export function openEmulator(ports: Ports, options: EmulatorOptions = {}): Emulator {
  const service = new ServerState(ports, resolveOptions(options));
  return {
    connect: (request, peer) => {
      const endpoint = readEndpoint(request.path);
      if (endpoint === undefined) return undefined;
      const at = { tokens: service.tokens, now: ports.clock.now() };
      const judgement = authenticate(readCredential(request), endpoint, at);
      return new Connection(service, { endpoint, path: request.path, judgement }, peer);
    },
    stats: () => service.stats(),
    handleHttp: (request) =>
      handleTokenRequest(request, service.tokens, { now: ports.clock.now(), random: ports.random }),
    inject: (fault) => service.injectFault(readFault(fault)),
    sessions: () => service.reports.all(),
  };
}
