/** What the link's tests say to it. */
import { emptyQueue } from "../../src/core/upstream/pending-queue.ts";
import {
  noFailures,
  upstreamRules as real,
  type UpstreamEffect,
  type UpstreamEvent,
  type UpstreamState,
  type UpstreamRules,
} from "../../src/core/upstream/fsm-types.ts";
import { noActivity } from "../../src/core/upstream/session-activity.ts";
import { step } from "../../src/core/upstream/fsm.ts";
import { emptyUtterance } from "../../src/core/upstream/utterance-buffer.ts";
import { clientError } from "../../src/core/errors.ts";
import type { UpstreamMessage, MessageKind } from "../../src/core/upstream/encoding.ts";
import type { ServerMessage } from "../../src/wire/live-api.ts";

/** The real ones, with little room. */
export const rules: UpstreamRules = { ...real, maxPendingBytes: 400, maxUtteranceBytes: 400 };

export const saying = (weight: MessageKind, bytes = 100): UpstreamMessage => ({
  kind: weight,
  bytes,
  payload: { realtimeInput: { text: weight } },
});
export const heard = (message: ServerMessage) => ({ type: "heard", message }) as const;
export const setupComplete = heard({ setupComplete: {} });

export const now = 100_000;

const between = {
  handle: undefined,
  parkAt: undefined,
  unanswered: false,
  speech: false,
  failures: noFailures,
  pending: emptyQueue,
  retransmission: undefined,
};
const inSession = {
  handle: undefined,
  parkAt: undefined,
  failures: noFailures,
  openedAt: 0,
  activity: { ...noActivity(now), turn: "generating" },
  utterance: emptyUtterance,
  unverified: false,
  retransmitBuffer: undefined,
  handleStale: false,
} as const;

export const links = {
  parked: {
    state: "parked",
    parkAt: undefined,
    handle: undefined,
    unanswered: false,
    speech: false,
  },
  dialling: { state: "dialling", deadline: now, ...between },
  waiting: { state: "waiting", retryAt: now, ...between },
  live: { state: "live", ...inSession },
  leaving: { state: "leaving", deadline: now, ...inSession },
  ended: {
    state: "ended",
    error: clientError("UPSTREAM_UNAUTHENTICATED", "no"),
    retryAt: now,
    handle: undefined,
    speech: false,
    parkAt: undefined,
  },
} as const satisfies { [S in UpstreamState["state"]]: Extract<UpstreamState, { state: S }> };

export const happenings = {
  join: { type: "join" },
  "left alone": { type: "left alone" },
  say: { type: "say", message: saying("text") },
  opened: { type: "opened" },
  heard: setupComplete,
  dropped: { type: "dropped", reason: "1006 " },
  renew: { type: "renew" },
  speech: { type: "speech", on: true },
  working: { type: "working", on: true },
  end: { type: "end" },
  clock: { type: "clock" },
} as const satisfies { [T in UpstreamEvent["type"]]: Extract<UpstreamEvent, { type: T }> };

export const show = (link: UpstreamState, effects: readonly UpstreamEffect[]): string =>
  [link.state, effects.map((effect) => effect.type).join(", ")].filter(Boolean).join(": ");

/** A session with a handle, where nothing goes on. */
export const idle: UpstreamState = { ...links.live, handle: "h1", activity: noActivity(0) };

export function playFrom(
  start: UpstreamState,
  ...script: readonly (readonly [number, UpstreamEvent])[]
) {
  let link = start;
  const effects: UpstreamEffect[] = [];
  for (const [at, happening] of script) {
    const [next, more] = step(link, happening, at, rules);
    link = next;
    effects.push(...more);
  }
  return { link, effects, did: effects.map((effect) => effect.type) };
}

export const output = heard({ serverContent: { modelTurn: { parts: [] } } });
export const over = heard({ serverContent: { turnComplete: true } });
export const generated = heard({ serverContent: { generationComplete: true } });
export const goAway = heard({ goAway: { timeLeft: "10s" } });
export const started = heard({ voiceActivity: { type: "ACTIVITY_START" } });
export const called = heard({ toolCall: { functionCalls: [{ id: "c1", name: "f" }] } });
export const answered: UpstreamEvent = {
  type: "say",
  message: {
    payload: { toolResponse: { functionResponses: [{ id: "c1", name: "f", response: {} }] } },
    kind: "text",
    bytes: 10,
  },
};
export const speech = (on: boolean): UpstreamEvent => ({ type: "speech", on });
export const frame = saying("audio");
export const sound: UpstreamEvent = { type: "say", message: frame };
export const lost = (reason: string): UpstreamEvent => ({ type: "dropped", reason });
export const update = (sessionResumptionUpdate: object) => heard({ sessionResumptionUpdate });
