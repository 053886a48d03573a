/** Whom a setup lets in: checked against token and profile, and led to its session. */
import type { Close } from "../protocol/close-codes.ts";
import { createConfig } from "../session/session-config.ts";
import type { Endpoint } from "../protocol/endpoint.ts";
import { type ActiveFaults, unknownHandleClose } from "../faults/fault-injector.ts";
import type { Setup } from "../protocol/messages.ts";
import type { Delay } from "../profiles/latency.ts";
import type { ServerState } from "./server-state.ts";
import type { Session } from "../session/session.ts";
import { applyTokenSetup } from "../tokens/field-mask.ts";
import type { EphemeralToken } from "../tokens/tokens.ts";

export type AdmissionOutcome =
  | { readonly session: Session; readonly resumed: boolean }
  /** Told at once, or after a while. */
  | { readonly refusal: Close; readonly after?: Delay };

export interface AdmissionContext {
  readonly service: ServerState;
  readonly endpoint: Endpoint;
  readonly token: EphemeralToken | undefined;
  readonly activeFaults: ActiveFaults;
}

export function admitSession(
  given: Setup,
  { service, endpoint, token, activeFaults }: AdmissionContext,
): AdmissionOutcome {
  const setup =
    token?.setup === undefined ? given : applyTokenSetup(given, token.setup, token.mask);
  const configured = createConfig(setup, endpoint, service.options.profile);
  if ("refusal" in configured) return configured;
  const { config } = configured;
  const resuming = config.resumption?.handle !== undefined;
  const after = config.profile.latency.refusedResume;
  if (resuming && activeFaults.handle === "invalid") return { refusal: unknownHandleClose, after };
  const now = service.ports.clock.now();
  const refusal = token === undefined || resuming ? undefined : service.tokens.redeem(token, now);
  if (refusal !== undefined) return { refusal };
  const admission = service.admit(config);
  return "refusal" in admission ? { ...admission, after } : admission;
}
