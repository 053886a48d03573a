/** Whom a setup lets in: checked against token and profile, and led to its session. */
import type { Close } from "../protocol/close-codes.ts";
import { configure } from "../session/session-config.ts";
import type { Endpoint } from "../protocol/endpoint.ts";
import { type Moods, unknownHandle } from "../faults/fault-injector.ts";
import type { Setup } from "../protocol/messages.ts";
import type { Delay } from "../profiles/latency.ts";
import type { Service } from "./server-state.ts";
import type { Session } from "../session/session.ts";
import { locked } from "../tokens/field-mask.ts";
import type { Token } from "../tokens/tokens.ts";

export type Entrance =
  | { readonly session: Session; readonly resumed: boolean }
  /** Told at once, or after a while. */
  | { readonly refusal: Close; readonly after?: Delay };

export interface Door {
  readonly service: Service;
  readonly endpoint: Endpoint;
  readonly token: Token | undefined;
  readonly moods: Moods;
}

export function enter(given: Setup, { service, endpoint, token, moods }: Door): Entrance {
  const setup = token?.setup === undefined ? given : locked(given, token.setup, token.mask);
  const configured = configure(setup, endpoint, service.options.profile);
  if ("refusal" in configured) return configured;
  const { config } = configured;
  const resuming = config.resumption?.handle !== undefined;
  const after = config.profile.latency.refusedResume;
  if (resuming && moods.handle === "invalid") return { refusal: unknownHandle, after };
  const now = service.ports.clock.now();
  const refusal = token === undefined || resuming ? undefined : service.tokens.use(token, now);
  if (refusal !== undefined) return { refusal };
  const admission = service.admit(config);
  return "refusal" in admission ? { ...admission, after } : admission;
}
