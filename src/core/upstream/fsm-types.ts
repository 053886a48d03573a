/** What the upstream link may be, what may happen to it, and what is to be done then. */
import type { ServerMessage } from "../../wire/live-api.ts";
import type { SessionActivity } from "./session-activity.ts";
import type { PendingQueue } from "./pending-queue.ts";
import type { RetransmitBuffer } from "./retransmit-buffer.ts";
import type { UpstreamMessage } from "./encoding.ts";
import type { ClientError } from "../errors.ts";
import type { UtteranceBuffer } from "./utterance-buffer.ts";

/** What went wrong since the link was last in good health. */
export interface FailureCounts {
  /** How often in a row it was lost. */
  readonly retries: number;
  /** How often in a row the session was still in use. */
  readonly conflicts: number;
  /** How often the model seemed not to hear: 1, it was resumed; 2, it began anew. */
  readonly unresponsive: 0 | 1 | 2;
}

export const noFailures: FailureCounts = { retries: 0, conflicts: 0, unresponsive: 0 };

export interface UpstreamStateBase {
  /** What the service gave to resume the session by; it never leaves the server. */
  readonly handle: string | undefined;
  /** When to park, in ms, if nobody comes back; undefined while somebody listens. */
  readonly parkAt: number | undefined;
}

/** Without a session. */
interface WithoutSession extends UpstreamStateBase {
  /** Whether the user is speaking. */
  readonly speech: boolean;
}

/** What a session is told that is resumed to the very message it had understood. */
export interface Retransmission {
  readonly messages: readonly UpstreamMessage[];
  /** Of what is held: only a session that is new needs it. */
  readonly replaces: readonly UpstreamMessage[];
}

/** Between two sessions: what is said is held. */
export interface BetweenSessions extends WithoutSession {
  /** Whether the user's last words were lost unanswered. */
  readonly unanswered: boolean;
  readonly pending: PendingQueue;
  /** What the session has not understood, where it said so, if it is resumed. */
  readonly retransmission: Retransmission | undefined;
  readonly failures: FailureCounts;
}

export interface ConnectingState extends BetweenSessions {
  readonly state: "dialling";
  readonly deadline: number;
}

export interface BackoffState extends BetweenSessions {
  readonly state: "waiting";
  readonly retryAt: number;
}

export interface InSessionState extends UpstreamStateBase {
  readonly openedAt: number;
  readonly failures: FailureCounts;
  readonly activity: SessionActivity;
  readonly utterance: UtteranceBuffer;
  /** Resumed by a handle, and not heard to speak since: the handle may be poisoned. */
  readonly unverified: boolean;
  /** What was sent and not understood, where the service says so; undefined where it does not. */
  readonly retransmitBuffer: RetransmitBuffer | undefined;
  /** The handle leads to before what goes on now: the service said that it cannot be resumed at this moment. */
  readonly handleStale: boolean;
}

export interface OpenState extends InSessionState {
  readonly state: "live";
}

/** The service said that it will close. */
export interface DrainingState extends InSessionState {
  readonly state: "leaving";
  /** When to go at the latest. */
  readonly deadline: number;
}

export type UpstreamState =
  | ({ readonly state: "parked"; readonly unanswered: boolean } & WithoutSession)
  | ConnectingState
  | BackoffState
  | OpenState
  | DrainingState
  | ({
      readonly state: "ended";
      readonly error: ClientError;
      readonly retryAt: number;
    } & WithoutSession);

export type UpstreamEvent =
  /** Somebody came, or came back. */
  | { readonly type: "join" }
  /** The last one left. */
  | { readonly type: "left alone" }
  /** `recalled`: a session that is new is told it before anything else. */
  | { readonly type: "say"; readonly message: UpstreamMessage; readonly seed?: true }
  /** The user begins to speak, or is quiet again. */
  | { readonly type: "speech"; readonly on: boolean }
  /** Tools are at work, or none is any more. */
  | { readonly type: "working"; readonly on: boolean }
  /** The upgrade was accepted; the setup may be sent. */
  | { readonly type: "opened" }
  | { readonly type: "heard"; readonly message: ServerMessage }
  /**
   * The socket closed, broke, or never opened; with the service's own words.
   * `fallback`: there is another model to try, which costs no redial.
   */
  | { readonly type: "dropped"; readonly reason: string; readonly fallback?: boolean }
  /** Another agent goes on: it needs a session of its own. */
  | { readonly type: "renew" }
  /** The conversation is over. */
  | { readonly type: "end" }
  | { readonly type: "clock" };

export type UpstreamEffect =
  | { readonly type: "dial" }
  | { readonly type: "greet"; readonly handle: string | undefined }
  /** Tell a session that is ready what it does not know: what was said before, what is owed an answer. */
  | { readonly type: "recall"; readonly resumed: boolean; readonly unanswered: boolean }
  | { readonly type: "send"; readonly message: UpstreamMessage }
  | { readonly type: "hang up" }
  /** Keep what to resume by, or that there is nothing. */
  | { readonly type: "keep"; readonly handle: string | undefined }
  /** The answer under way will not be finished: close its transcript, tell everyone it was cut. */
  | { readonly type: "cut" }
  /** The answer was made and sent whole, and only its end was not told. */
  | { readonly type: "complete" }
  /** Everyone must know. */
  | { readonly type: "tell"; readonly error: ClientError }
  /** Whoever asked must know. */
  | { readonly type: "refuse"; readonly error: ClientError };

/** What a session that is ready knows, and what it is still to answer. */
export type SessionKnowledge = Pick<
  Extract<UpstreamEffect, { type: "recall" }>,
  "resumed" | "unanswered"
>;

export interface UpstreamRules {
  /** From dialling to setupComplete, in ms. */
  readonly connectTimeoutMs: number;
  /** How long a link is kept open with nobody there, in ms: a page that reloads finds it as it was. */
  readonly lingerMs: number;
  /** How long nothing may stir before the link is given up until the next word, in ms. */
  readonly idleTimeoutMs: number;
  /** How often in a row it is dialled again after a loss. */
  readonly maxRetries: number;
  /** The first pause before a redial, and the longest, in ms; each is twice the one before. */
  readonly backoffMs: readonly [number, number];
  /** A session that was idle is not given back before this long, in ms (measured on gemini-3.8-live). */
  readonly conflictDelayMs: number;
  /** How often a session may be refused as still in use before it is given up. */
  readonly maxConflicts: number;
  /** How long a link must live, in ms, before earlier losses are forgiven. */
  readonly stableMs: number;
  /** After the end, no new dial for this long, in ms: a client that reconnects for ever costs nothing. */
  readonly cooldownMs: number;
  /** How long before the service closes the link is changed, in ms. */
  readonly drainMarginMs: number;
  /** The model must show within this much speech that it hears, in ms, where it does so at all. */
  readonly speechSignTimeoutMs: number | undefined;
  /** … and within this long after speech or, resumed, must speak. */
  readonly responseTimeoutMs: number;
  /** How much is held while dialling, in bytes. */
  readonly maxPendingBytes: number;
  /** How much of what is being said is kept, in bytes: about 20 s. */
  readonly maxUtteranceBytes: number;
  /** Whether the service says which messages it has understood. */
  readonly transparent: boolean;
  /** How much of what it has not is kept, in bytes. */
  readonly maxRetransmitBytes: number;
  /** Drawn anew for each step, 0 to 1: clients that were cut together must not come back together. */
  readonly jitter: number;
}

export const upstreamRules: UpstreamRules = {
  connectTimeoutMs: 10_000,
  lingerMs: 5_000,
  idleTimeoutMs: 60_000,
  maxRetries: 8,
  backoffMs: [250, 5_000],
  conflictDelayMs: 1_500,
  maxConflicts: 4,
  stableMs: 10_000,
  cooldownMs: 10_000,
  drainMarginMs: 1_000,
  speechSignTimeoutMs: 3_000,
  responseTimeoutMs: 8_000,
  maxPendingBytes: 4 * 1024 * 1024,
  maxUtteranceBytes: 860_000,
  transparent: false,
  maxRetransmitBytes: 2 * 1024 * 1024,
  jitter: 0.5,
};

export type UpstreamStep = readonly [UpstreamState, readonly UpstreamEffect[]];

export type StateOf<S extends UpstreamState["state"]> = Extract<UpstreamState, { state: S }>;
export type EventOf<T extends UpstreamEvent["type"]> = Extract<UpstreamEvent, { type: T }>;

/** Every state answers every happening: a missing cell does not compile. */
export type Transitions<S extends UpstreamState["state"]> = {
  readonly [T in UpstreamEvent["type"]]: (
    link: StateOf<S>,
    happening: EventOf<T>,
    now: number,
    rules: UpstreamRules,
  ) => UpstreamStep;
};

/**
 * @param handle what an earlier session may be resumed by.
 * @param owed whether the last words may be unanswered: so it is after a restart, and not after a quiet while.
 */
export const parkedWith = (handle: string | undefined, owed: boolean): StateOf<"parked"> => ({
  state: "parked",
  handle,
  unanswered: owed,
  speech: false,
  parkAt: undefined,
});

export const parked = parkedWith(undefined, true);
