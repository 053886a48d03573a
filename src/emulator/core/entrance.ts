/** Whom a setup lets in: checked against token and profile, and led to its session. */
import type { Close } from "./closes.ts";
import { configure } from "./config.ts";
import type { Endpoint } from "./endpoint.ts";
import { type Moods, unknownHandle } from "./faults/mischief.ts";
import type { Setup } from "./messages.ts";
import type { Delay } from "./profiles/latency.ts";
import type { Service } from "./service.ts";
import type { Session } from "./session.ts";
import { locked } from "./tokens/mask.ts";
import type { Token } from "./tokens/tokens.ts";

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
