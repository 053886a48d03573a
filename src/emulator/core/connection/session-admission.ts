/** Admits a setup: applies the token's setup, checks it against the profile and starts or resumes a session. */
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

type AdmissionOutcome =
  | { readonly session: Session; readonly resumed: boolean }
  /** The connection closes at once, or after a delay. */
  | { readonly refusal: Close; readonly after?: Delay };

interface AdmissionContext {
  readonly server: ServerState;
  readonly endpoint: Endpoint;
  readonly token: EphemeralToken | undefined;
  readonly activeFaults: ActiveFaults;
}

export function admitSession(
  clientSetup: Setup,
  { server, endpoint, token, activeFaults }: AdmissionContext,
): AdmissionOutcome {
  const setup =
    token?.setup === undefined
      ? clientSetup
      : applyTokenSetup(clientSetup, token.setup, token.mask);
  const result = createConfig(setup, endpoint, server.options.profile);
  if ("refusal" in result) return result;
  const { config } = result;
  const isResuming = config.resumption?.handle !== undefined;
  const after = config.profile.latency.refusedResume;
  if (isResuming && activeFaults.handle === "invalid")
    return { refusal: unknownHandleClose, after };
  const now = server.ports.clock.now();
  const refusal = token === undefined || isResuming ? undefined : server.tokens.redeem(token, now);
  if (refusal !== undefined) return { refusal };
  const admission = server.admit(config);
  return "refusal" in admission ? { ...admission, after } : admission;
}
