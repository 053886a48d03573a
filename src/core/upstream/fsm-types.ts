/** What the upstream link may be, what may happen to it, and what is to be done then. */
import type { ServerMessage } from "../../wire/live-api.ts";
import type { Bustle } from "./session-activity.ts";
import type { Held } from "./pending-queue.ts";
import type { Ledger } from "./retransmit-buffer.ts";
import type { Saying } from "./encoding.ts";
import type { Problem } from "../errors.ts";
import type { Utterance } from "./utterance-buffer.ts";

/** What went wrong since the link was last in good health. */
export interface Trouble {
  /** How often in a row it was lost. */
  readonly tries: number;
  /** How often in a row the session was still in use. */
  readonly conflicts: number;
  /** How often the model seemed not to hear: 1, it was resumed; 2, it began anew. */
  readonly deaf: 0 | 1 | 2;
}

export const noTrouble: Trouble = { tries: 0, conflicts: 0, deaf: 0 };

export interface Common {
  /** What the service gave to resume the session by; it never leaves the server. */
  readonly handle: string | undefined;
  /** When to park, in ms, if nobody comes back; undefined while somebody listens. */
  readonly leaveAt: number | undefined;
}

/** Without a session. */
interface Apart extends Common {
  /** Whether the user is speaking. */
  readonly speech: boolean;
}

/** What a session is told that is resumed to the very message it had understood. */
export interface Again {
  readonly sayings: readonly Saying[];
  /** Of what is held: only a session that is new needs it. */
  readonly insteadOf: readonly Saying[];
}

/** Between two sessions: what is said is held. */
export interface Between extends Apart {
  /** Whether the user's last words were lost unanswered. */
  readonly owed: boolean;
  readonly held: Held;
  /** What the session has not understood, where it said so, if it is resumed. */
  readonly again: Again | undefined;
  readonly trouble: Trouble;
}

export interface Dialling extends Between {
  readonly at: "dialling";
  readonly by: number;
}

export interface Waiting extends Between {
  readonly at: "waiting";
  readonly until: number;
}

export interface InSession extends Common {
  readonly since: number;
  readonly trouble: Trouble;
  readonly bustle: Bustle;
  readonly utterance: Utterance;
  /** Resumed by a handle, and not heard to speak since: the handle may be poisoned. */
  readonly unproven: boolean;
  /** What was sent and not understood, where the service says so; undefined where it does not. */
  readonly ledger: Ledger | undefined;
  /** The handle leads to before what goes on now: the service said that it cannot be resumed at this moment. */
  readonly behind: boolean;
}

export interface Live extends InSession {
  readonly at: "live";
}

/** The service said that it will close. */
export interface Leaving extends InSession {
  readonly at: "leaving";
  /** When to go at the latest. */
  readonly by: number;
}

export type Link =
  | ({ readonly at: "parked"; readonly owed: boolean } & Apart)
  | Dialling
  | Waiting
  | Live
  | Leaving
  | ({ readonly at: "ended"; readonly why: Problem; readonly until: number } & Apart);

export type Happening =
  /** Somebody came, or came back. */
  | { readonly type: "join" }
  /** The last one left. */
  | { readonly type: "left alone" }
  /** `recalled`: a session that is new is told it before anything else. */
  | { readonly type: "say"; readonly saying: Saying; readonly recalled?: true }
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

export type Effect =
  | { readonly do: "dial" }
  | { readonly do: "greet"; readonly handle: string | undefined }
  /** Tell a session that is ready what it does not know: what was said before, what is owed an answer. */
  | { readonly do: "recall"; readonly resumed: boolean; readonly owed: boolean }
  | { readonly do: "send"; readonly saying: Saying }
  | { readonly do: "hang up" }
  /** Keep what to resume by, or that there is nothing. */
  | { readonly do: "keep"; readonly handle: string | undefined }
  /** The answer under way will not be finished: close its transcript, tell everyone it was cut. */
  | { readonly do: "cut" }
  /** The answer was made and sent whole, and only its end was not told. */
  | { readonly do: "complete" }
  /** Everyone must know. */
  | { readonly do: "tell"; readonly problem: Problem }
  /** Whoever asked must know. */
  | { readonly do: "refuse"; readonly problem: Problem };

/** What a session that is ready knows, and what it is still to answer. */
export type Known = Pick<Extract<Effect, { do: "recall" }>, "resumed" | "owed">;

export interface Rules {
  /** From dialling to setupComplete, in ms. */
  readonly dialMs: number;
  /** How long a link is kept open with nobody there, in ms: a page that reloads finds it as it was. */
  readonly lingerMs: number;
  /** How long nothing may stir before the link is given up until the next word, in ms. */
  readonly parkMs: number;
  /** How often in a row it is dialled again after a loss. */
  readonly redials: number;
  /** The first pause before a redial, and the longest, in ms; each is twice the one before. */
  readonly backoffMs: readonly [number, number];
  /** A session that was idle is not given back before this long, in ms (measured on gemini-3.8-live). */
  readonly conflictMs: number;
  /** How often a session may be refused as still in use before it is given up. */
  readonly conflicts: number;
  /** How long a link must live, in ms, before earlier losses are forgiven. */
  readonly steadyMs: number;
  /** After the end, no new dial for this long, in ms: a client that reconnects for ever costs nothing. */
  readonly restMs: number;
  /** How long before the service closes the link is changed, in ms. */
  readonly marginMs: number;
  /** The model must show within this much speech that it hears, in ms, where it does so at all. */
  readonly deafSpeechMs: number | undefined;
  /** … and within this long after speech or, resumed, must speak. */
  readonly deafAfterMs: number;
  /** How much is held while dialling, in bytes. */
  readonly heldBytes: number;
  /** How much of what is being said is kept, in bytes: about 20 s. */
  readonly utteranceBytes: number;
  /** Whether the service says which messages it has understood. */
  readonly transparent: boolean;
  /** How much of what it has not is kept, in bytes. */
  readonly ledgerBytes: number;
  /** Drawn anew for each step, 0 to 1: clients that were cut together must not come back together. */
  readonly chance: number;
}

export const rules: Rules = {
  dialMs: 10_000,
  lingerMs: 5_000,
  parkMs: 60_000,
  redials: 8,
  backoffMs: [250, 5_000],
  conflictMs: 1_500,
  conflicts: 4,
  steadyMs: 10_000,
  restMs: 10_000,
  marginMs: 1_000,
  deafSpeechMs: 3_000,
  deafAfterMs: 8_000,
  heldBytes: 4 * 1024 * 1024,
  utteranceBytes: 860_000,
  transparent: false,
  ledgerBytes: 2 * 1024 * 1024,
  chance: 0.5,
};

export type Step = readonly [Link, readonly Effect[]];

export type At<S extends Link["at"]> = Extract<Link, { at: S }>;
export type Of<T extends Happening["type"]> = Extract<Happening, { type: T }>;

/** Every state answers every happening: a missing cell does not compile. */
export type Row<S extends Link["at"]> = {
  readonly [T in Happening["type"]]: (
    link: At<S>,
    happening: Of<T>,
    now: number,
    rules: Rules,
  ) => Step;
};

/**
 * @param handle what an earlier session may be resumed by.
 * @param owed whether the last words may be unanswered: so it is after a restart, and not after a quiet while.
 */
export const parkedWith = (handle: string | undefined, owed: boolean): At<"parked"> => ({
  at: "parked",
  handle,
  owed,
  speech: false,
  leaveAt: undefined,
});

export const parked = parkedWith(undefined, true);
