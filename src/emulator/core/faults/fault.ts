/** What can be made to go wrong, and when. A script is a list of these. */
import type { Close } from "../protocol/close-codes.ts";

export interface Fault {
  readonly when: FaultTrigger;
  readonly what: FaultEffect;
}

/** With neither `turn` nor `message` it is the connection's beginning that counts. Each fault strikes a connection once. */
export interface FaultTrigger {
  /** The emulator's n-th connection, from 1; every one when absent. */
  readonly connection?: number;
  /** The model's n-th turn on the connection, from 1: at its beginning, before anything of it is sent. */
  readonly turn?: number;
  /** The client's n-th message on the connection; setup is 1. The fault strikes before the message is read. */
  readonly message?: number;
  /** Later by so many ms. */
  readonly afterMs?: number;
}

export type FaultEffect =
  /** A warning, and then the close it warns of; or silence, which some have seen instead. `timeLeft` is in ms. */
  | { readonly goAway: { readonly timeLeftMs: number; readonly end: Close | "silence" } }
  | { readonly close: Close }
  /** Half open: nothing is read or written any more, and the session stays taken until the client closes. */
  | { readonly freeze: true }
  /** The connection breaks without a close. */
  | { readonly reset: true }
  /** setupComplete comes so many ms later, or never. */
  | { readonly setup: { readonly delayMs: number } | "never" }
  /** A frame, as it is: `{"error":…}` in-band, an unknown key. */
  | { readonly send: object }
  /** A frame of so many bytes, at least: one long thought. */
  | { readonly huge: number }
  /** From now on each transcript comes twice, or an empty one comes before it. */
  | { readonly transcripts: "doubled" | "preceded" }
  /** From now on audio comes so many times faster than it plays: slower, below 1. */
  | { readonly pace: number }
  /** Of the handle that setup brings: it is not known; or the session is resumed, and never speaks again. */
  | { readonly handle: "invalid" | "poisoned" }
  /** The turn holds nothing: `generationComplete` and `turnComplete`. */
  | { readonly turn: "empty" }
  /** From now on written text comes back as an input transcript. */
  | { readonly echo: "text" };
