/** What the link's tests say to it. */
import { nothingHeld } from "../../src/core/upstream/pending-queue.ts";
import {
  noTrouble,
  rules as real,
  type Effect,
  type Happening,
  type Link,
  type Rules,
} from "../../src/core/upstream/fsm-types.ts";
import { noBustle } from "../../src/core/upstream/session-activity.ts";
import { step } from "../../src/core/upstream/fsm.ts";
import { unsaid } from "../../src/core/upstream/utterance-buffer.ts";
import { problem } from "../../src/core/errors.ts";
import type { Saying, Weight } from "../../src/core/upstream/encoding.ts";
import type { ServerMessage } from "../../src/wire/live-api.ts";

/** The real ones, with little room. */
export const rules: Rules = { ...real, heldBytes: 400, utteranceBytes: 400 };

export const saying = (weight: Weight, bytes = 100): Saying => ({
  weight,
  bytes,
  message: { realtimeInput: { text: weight } },
});
export const heard = (message: ServerMessage) => ({ type: "heard", message }) as const;
export const setupComplete = heard({ setupComplete: {} });

export const now = 100_000;

const between = {
  handle: undefined,
  leaveAt: undefined,
  owed: false,
  speech: false,
  trouble: noTrouble,
  held: nothingHeld,
  again: undefined,
};
const inSession = {
  handle: undefined,
  leaveAt: undefined,
  trouble: noTrouble,
  since: 0,
  bustle: { ...noBustle(now), turn: "generating" },
  utterance: unsaid,
  unproven: false,
  ledger: undefined,
  behind: false,
} as const;

export const links = {
  parked: { at: "parked", leaveAt: undefined, handle: undefined, owed: false, speech: false },
  dialling: { at: "dialling", by: now, ...between },
  waiting: { at: "waiting", until: now, ...between },
  live: { at: "live", ...inSession },
  leaving: { at: "leaving", by: now, ...inSession },
  ended: {
    at: "ended",
    why: problem("KEY_REFUSED", "no"),
    until: now,
    handle: undefined,
    speech: false,
    leaveAt: undefined,
  },
} as const satisfies { [S in Link["at"]]: Extract<Link, { at: S }> };

export const happenings = {
  join: { type: "join" },
  "left alone": { type: "left alone" },
  say: { type: "say", saying: saying("text") },
  opened: { type: "opened" },
  heard: setupComplete,
  dropped: { type: "dropped", reason: "1006 " },
  renew: { type: "renew" },
  speech: { type: "speech", on: true },
  working: { type: "working", on: true },
  end: { type: "end" },
  clock: { type: "clock" },
} as const satisfies { [T in Happening["type"]]: Extract<Happening, { type: T }> };

export const show = (link: Link, effects: readonly Effect[]): string =>
  [link.at, effects.map((effect) => effect.do).join(", ")].filter(Boolean).join(": ");

/** A session with a handle, where nothing goes on. */
export const idle: Link = { ...links.live, handle: "h1", bustle: noBustle(0) };

export function playFrom(start: Link, ...script: readonly (readonly [number, Happening])[]) {
  let link = start;
  const effects: Effect[] = [];
  for (const [at, happening] of script) {
    const [next, more] = step(link, happening, at, rules);
    link = next;
    effects.push(...more);
  }
  return { link, effects, did: effects.map((effect) => effect.do) };
}

export const output = heard({ serverContent: { modelTurn: { parts: [] } } });
export const over = heard({ serverContent: { turnComplete: true } });
export const generated = heard({ serverContent: { generationComplete: true } });
export const goAway = heard({ goAway: { timeLeft: "10s" } });
export const started = heard({ voiceActivity: { type: "ACTIVITY_START" } });
export const called = heard({ toolCall: { functionCalls: [{ id: "c1", name: "f" }] } });
export const answered: Happening = {
  type: "say",
  saying: {
    message: { toolResponse: { functionResponses: [{ id: "c1", name: "f", response: {} }] } },
    weight: "text",
    bytes: 10,
  },
};
export const speech = (on: boolean): Happening => ({ type: "speech", on });
export const frame = saying("audio");
export const sound: Happening = { type: "say", saying: frame };
export const lost = (reason: string): Happening => ({ type: "dropped", reason });
export const update = (sessionResumptionUpdate: object) => heard({ sessionResumptionUpdate });
