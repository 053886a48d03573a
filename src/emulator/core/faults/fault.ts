/** The faults that can be injected, and when; a scenario's `faults` is a list of them. */
import type { Close } from "../protocol/close-codes.ts";

export interface Fault {
  readonly when: FaultTrigger;
  readonly what: FaultEffect;
}

/**
 * Without `turn`, `message` and `interruption` the fault triggers when the connection opens. Each fault triggers once on a connection.
 */
export interface FaultTrigger {
  /** The connection's ordinal, from 1; every connection when absent. */
  readonly connection?: number;
  /** The ordinal of the model's turn on the connection, from 1; triggers before the turn sends anything. */
  readonly turn?: number;
  /** The ordinal of the client's message on the connection (setup is 1); triggers before the message is read. */
  readonly message?: number;
  /** The ordinal of an interruption on the connection, from 1; triggers once the interrupted turn is complete. */
  readonly interruption?: number;
  /** Delay after the trigger, ms. */
  readonly afterMs?: number;
}

export type FaultEffect =
  /** Sends `goAway`, then closes after `timeLeftMs`; `silence`, observed at times on the service, freezes instead. */
  | { readonly goAway: { readonly timeLeftMs: number; readonly end: Close | "silence" } }
  | { readonly close: Close }
  /** Half-open: the emulator reads and writes nothing more, and the session stays attached until the client closes. */
  | { readonly freeze: true }
  /** The connection breaks without a close frame. */
  | { readonly reset: true }
  /** Delays setupComplete by this many ms, or withholds it. */
  | { readonly setup: { readonly delayMs: number } | "never" }
  /** Sends this frame unchanged, such as an in-band `{"error":…}` or an unknown key. */
  | { readonly send: object }
  /** Sends a frame of at least this many bytes: one long thought. */
  | { readonly huge: number }
  /** From now on each transcript is sent twice, or preceded by an empty one, or the user's comes again later. */
  | { readonly transcripts: "doubled" | "preceded" | { readonly againAfterMs: number } }
  /** From now on audio is sent this many times faster than it plays; below 1 slower. */
  | { readonly pace: number }
  /** The setup's handle is rejected, or its session resumes and never replies. */
  | { readonly handle: "invalid" | "poisoned" }
  /** The turn holds only `generationComplete` and `turnComplete`. */
  | { readonly turn: "empty" }
  /**
   * From now on, while the connection stays open: no turn begins; or the answer stops in the middle; or its audio becomes
   * a steady tone without words, for a minute. The session listens, and is as before once it is resumed.
   */
  | { readonly stall: "unanswered" | "answer" | "tone" }
  /** From now on the emulator echoes typed text as an input transcript. */
  | { readonly echo: "text" };
