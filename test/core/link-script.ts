/** What the link's tests say to it. */
import type { Rules } from "../../src/core/link.ts";
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
