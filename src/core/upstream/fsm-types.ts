/** Types of the upstream FSM: its states, its events, its effects and its rules. */
import type { ServerMessage } from "../../wire/live-api.ts";
import type { ClientError } from "../errors.ts";
import type { Capabilities } from "../live-api/capabilities.ts";
import type { TurnState } from "../turn-state.ts";
import type { UpstreamMessage } from "./encoding.ts";
import type { PendingQueue } from "./pending-queue.ts";
import type { RetransmitBuffer } from "./retransmit-buffer.ts";
import type { UtteranceBuffer } from "./utterance-buffer.ts";

/** Failures since the connection was last healthy. */
export interface FailureCounts {
  /** How often in a row the connection was lost. */
  readonly retries: number;
  /** How often in a row the service reported the session as still in use. */
  readonly conflicts: number;
  /** How often in a row the model did not respond: 1, the session was resumed; 2, it was replaced. */
  readonly unresponsive: 0 | 1 | 2;
  /** How often in a row an answer broke off: 1, the session was resumed; 2, it was replaced. */
  readonly brokenOff: 0 | 1 | 2;
}

export const noFailures: FailureCounts = {
  retries: 0,
  conflicts: 0,
  unresponsive: 0,
  brokenOff: 0,
};

/** After a stall the next session is asked for the answer to input that the model has heard, or for the rest of one. */
export type StallPrompt = "answer" | "rest";

interface AnyState {
  /** The service's resumption handle; it never leaves the server. */
  readonly handle: string | undefined;
  /** When to park if no client joins, in ms; undefined while there is a client. */
  readonly parkAt: number | undefined;
}

/** Messages for a session that is resumed to the last one it consumed. */
export interface Retransmission {
  readonly messages: readonly UpstreamMessage[];
  /** Messages of the pending queue that only a new session needs. */
  readonly replaces: readonly UpstreamMessage[];
}

/** Between two sessions: input of clients is queued. */
export interface BetweenSessions extends AnyState {
  /** Whether the user's last input was lost unanswered. */
  readonly unanswered: boolean;
  /** The phase at which the model stalled; undefined if it did not. */
  readonly stalledAt: StallPrompt | undefined;
  readonly pending: PendingQueue;
  /** Messages to send again if the session is resumed, where the service reports what it has consumed. */
  readonly retransmission: Retransmission | undefined;
  readonly failures: FailureCounts;
}

export interface InSession extends AnyState {
  readonly openedAt: number;
  readonly failures: FailureCounts;
  /** Whether tools run: a session whose tools run must not park. */
  readonly toolsRunning: boolean;
  /** When the client, a tool or the model last did something, in ms; of audio, to a second. */
  readonly lastActivityAt: number;
  /** It changes in place; undefined while there is nothing of one. */
  readonly utterance: UtteranceBuffer | undefined;
  /** Tool responses that were sent since the model's last output, which may have missed them. */
  readonly responses: readonly UpstreamMessage[];
  /** Whether the session was resumed and has produced no output since: the handle may be poisoned. */
  readonly unverified: boolean;
  /** Messages that were sent and not consumed; undefined where the service does not report that. It changes in place. */
  readonly retransmitBuffer: RetransmitBuffer | undefined;
  /** Whether the service reported the session as not resumable at this moment: the handle is older than that. */
  readonly handleStale: boolean;
}

interface StateFields {
  parked: AnyState & { readonly unanswered: boolean };
  connecting: BetweenSessions & { readonly deadline: number };
  backoff: BetweenSessions & { readonly retryAt: number };
  /** The service's sessions are all in use: the conversation waits for one. */
  queued: BetweenSessions;
  open: InSession;
  /** The service announced that it closes. `deadline`: when to reconnect at the latest. */
  draining: InSession & { readonly deadline: number };
  ended: AnyState & { readonly error: ClientError; readonly retryAt: number };
}

export type StateName = keyof StateFields;
export type UpstreamState<S extends StateName = StateName> = {
  [N in S]: { readonly state: N } & StateFields[N];
}[S];

interface EventFields {
  clientJoined: object;
  lastClientLeft: object;
  /** `seed`: history of a new session, which must precede everything else. */
  send: { readonly message: UpstreamMessage; readonly seed?: true };
  /** The user begins to speak, or falls silent. */
  speech: { readonly on: boolean };
  /** Tools begin to run, or none runs any more. */
  toolsRunning: { readonly on: boolean };
  /** The WebSocket upgrade was accepted; the setup may be sent. */
  socketOpened: object;
  serverMessage: { readonly message: ServerMessage };
  /**
   * The socket closed, broke, or never opened; `reason` is the service's own text. `changed`: what the next attempt has
   * instead of what the service refused. That attempt costs no retry.
   */
  socketClosed: { readonly reason: string; readonly changed?: "model" | "setup" | undefined };
  /** The client has left that sent the latest input: the pending queue is not sent, and no answer is asked for. */
  inputAborted: object;
  /** The conversation may have a session: `rules.admitted` is set. */
  admitted: object;
  /** Another agent takes over: it needs a session of its own. */
  agentChanged: object;
  /** The conversation is over. */
  end: object;
  /** `nextDeadline` has come. */
  timer: object;
}

export type EventName = keyof EventFields;
export type UpstreamEvent<E extends EventName = EventName> = {
  [N in E]: { readonly type: N } & EventFields[N];
}[E];

export type UpstreamEffect =
  | { readonly type: "connect" }
  /** Ask for one of the service's sessions. `resumes`: the conversation had one before. */
  | { readonly type: "requestAdmission"; readonly resumes: boolean }
  | { readonly type: "sendSetup"; readonly handle: string | undefined }
  /** Send a session that is ready what it does not know: the history, and the input that is unanswered. */
  | {
      readonly type: "sendHistory";
      readonly resumed: boolean;
      readonly unanswered: boolean;
      /** The answer that the relay must ask the model for; undefined for none. */
      readonly stalledAt: StallPrompt | undefined;
    }
  | { readonly type: "send"; readonly message: UpstreamMessage }
  | { readonly type: "closeSocket" }
  /** Store the resumption handle, or that there is none. */
  | { readonly type: "storeHandle"; readonly handle: string | undefined }
  /** The answer under way will not be finished: finalize its transcript and publish the interruption. */
  | { readonly type: "interruptTurn" }
  /** The answer was generated and sent whole; only its `turnComplete` will not come. */
  | { readonly type: "completeTurn" }
  /** Publish an error to all clients. */
  | { readonly type: "publishError"; readonly error: ClientError }
  /** Report an error to the client whose request caused the event. */
  | { readonly type: "rejectRequest"; readonly error: ClientError };

/** The knowledge and the unanswered input of a session that is ready. */
export type SessionKnowledge = Pick<
  Extract<UpstreamEffect, { type: "sendHistory" }>,
  "resumed" | "unanswered" | "stalledAt"
>;

export interface UpstreamRules {
  /** From `connect` to `setupComplete`, in ms. */
  readonly connectTimeoutMs: number;
  /** How long the connection is kept with no client, in ms: a page that reloads finds it as it was. */
  readonly lingerMs: number;
  /** The same in the queue for a session while typed text waits, in ms: its sender, who has left, must not hold up others. */
  readonly queuedTextMs: number;
  /** How long nothing may happen before the connection is parked until the next input, in ms. */
  readonly idleTimeoutMs: number;
  /** How often in a row a lost connection is retried. */
  readonly maxRetries: number;
  /** The first delay before a retry, and the longest, in ms; each is twice the one before. */
  readonly backoffMs: readonly [number, number];
  /** The service does not give back an idle session before this long, in ms (measured on gemini-3.8-live). */
  readonly conflictDelayMs: number;
  /** How often a session may be refused as still in use before it is given up. */
  readonly maxConflicts: number;
  /** How long a connection must last, in ms, before earlier losses are forgotten. */
  readonly stableMs: number;
  /** After the end, no new connection for this long, in ms: a client that reconnects for ever costs nothing. */
  readonly cooldownMs: number;
  /** How long before the service closes the connection is replaced, in ms. */
  readonly drainMarginMs: number;
  /** Within this much speech the model must show that it hears, in ms, where it does so at all. */
  readonly speechSignTimeoutMs: number | undefined;
  /**
   * Within this long after input the model must respond or, resumed, produce output, in ms. It needs 1.3 s to notice
   * the end of speech, and answers or sends a transcript at once.
   */
  readonly responseTimeoutMs: number;
  /**
   * Within this long after its last sign the model must answer input whose words it has heard, in ms. Far above the
   * slowest first output (3 s), below the patience of a person (20 s): a false alarm asks a model to speak that chose
   * to be silent.
   */
  readonly answerTimeoutMs: number;
  /** The same for a model that may think before it speaks, without a sign, in ms. */
  readonly thinkingTimeoutMs: number;
  /**
   * How long an answer may pause, in ms after all of it so far has been played and no call is pending. Models generate
   * faster than they play: gaps within a sentence are below 1 s, and a search within an answer takes up to 5 s.
   */
  readonly pauseTimeoutMs: number;
  /** How much is queued while there is no session, in bytes. */
  readonly maxPendingBytes: number;
  /** And how many messages. */
  readonly maxPendingMessages: number;
  /** How much of the user's current utterance is kept, in bytes of PCM: 20 s at 16 kHz. */
  readonly maxUtteranceBytes: number;
  /** Whether the service reports which messages it has consumed. */
  readonly transparent: boolean;
  /** How a model that does not know a call is told the tool's response. */
  readonly nudge: Capabilities["nudge"];
  /** How much of what it has not consumed is kept, in bytes. */
  readonly maxRetransmitBytes: number;
  /** Whether the conversation may have a session of the service. */
  readonly admitted: boolean;
  /** The relay must not connect earlier than this, in ms since the epoch. */
  readonly mayConnectAt: number;
  /** Drawn anew for each step, 0 to 1: connections that were lost together must not come back together. */
  readonly jitter: number;
}

export const upstreamRules: UpstreamRules = {
  connectTimeoutMs: 10_000,
  lingerMs: 5_000,
  queuedTextMs: 60_000,
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
  answerTimeoutMs: 15_000,
  thinkingTimeoutMs: 30_000,
  pauseTimeoutMs: 8_000,
  maxPendingBytes: 4 * 1024 * 1024,
  maxPendingMessages: 10_000,
  maxUtteranceBytes: 640_000,
  transparent: false,
  nudge: "clientContent",
  maxRetransmitBytes: 2 * 1024 * 1024,
  admitted: true,
  mayConnectAt: 0,
  jitter: 0.5,
};

export type UpstreamStep = readonly [UpstreamState, readonly UpstreamEffect[]];

/** The input of a transition besides the state and the event. */
export interface StepContext {
  /** In ms. */
  readonly now: number;
  readonly rules: UpstreamRules;
  /** The conversation's turn, after the event. */
  readonly turn: TurnState;
}

type Transition<S extends StateName, E extends EventName> = (
  state: UpstreamState<S>,
  event: UpstreamEvent<E>,
  context: StepContext,
) => UpstreamStep;

/** Every state has a transition for every event: a missing cell does not compile. */
export type Transitions<S extends StateName> = { readonly [E in EventName]: Transition<S, E> };
export type TransitionTable = {
  readonly [S in StateName]: { readonly [E in EventName]: Transition<S, E> };
};

/**
 * @param handle of an earlier session, to resume it by.
 * @param unanswered whether the last input may be unanswered: so it is after a restart, and not after an idle timeout.
 */
export const parkedWith = (
  handle: string | undefined,
  unanswered: boolean,
): UpstreamState<"parked"> => ({ state: "parked", handle, unanswered, parkAt: undefined });

export const parked = parkedWith(undefined, true);
