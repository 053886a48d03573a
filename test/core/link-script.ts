/** What the link's tests say to it. */
import { nothingHeld } from "../../src/core/held.ts";
import type { Effect, Happening, Link, Rules } from "../../src/core/link.ts";
import { problem } from "../../src/core/problem.ts";
import type { Saying, Weight } from "../../src/core/outgoing.ts";
import type { ServerMessage } from "../../src/wire/live.ts";

export const rules: Rules = {
  dialMs: 10_000,
  lingerMs: 5_000,
  redials: 1,
  steadyMs: 10_000,
  restMs: 10_000,
  heldBytes: 400,
};
export const saying = (weight: Weight, bytes = 100): Saying => ({
  weight,
  bytes,
  message: { realtimeInput: { text: weight } },
});
export const heard = (message: ServerMessage) => ({ type: "heard", message }) as const;
export const setupComplete = heard({ setupComplete: {} });

export const now = 100_000;

export const links = {
  parked: { at: "parked", leaveAt: undefined },
  dialling: { at: "dialling", tries: 0, by: now, held: nothingHeld, leaveAt: undefined },
  live: { at: "live", tries: 0, since: 0, leaveAt: undefined },
  ended: { at: "ended", why: problem("KEY_REFUSED", "no"), until: now, leaveAt: undefined },
} as const satisfies { [S in Link["at"]]: Extract<Link, { at: S }> };

export const happenings = {
  join: { type: "join" },
  "left alone": { type: "left alone" },
  say: { type: "say", saying: saying("text") },
  opened: { type: "opened" },
  heard: setupComplete,
  dropped: { type: "dropped", reason: "1006 " },
  renew: { type: "renew" },
  clock: { type: "clock" },
} as const satisfies { [T in Happening["type"]]: Extract<Happening, { type: T }> };

export const show = (link: Link, effects: readonly Effect[]): string =>
  [link.at, effects.map((effect) => effect.do).join(", ")].filter(Boolean).join(": ");
