/** The form of a probe's cases: data, so that a new case is an entry in a list. */

/** Placeholders in a frame: `$model`, `$handle` (of the latest resumption update), `$call` (id of the latest call), `$thinking` (the model's thinking config). */
export type Step =
  /** One JSON frame. */
  | { readonly send: object }
  /** A frame, verbatim. */
  | { readonly raw: string }
  /** A recording, in real time, in frames of 100 ms. */
  | { readonly speak: string }
  /** Silence from an open microphone, in real time: until the label `until`, at most this long. */
  | { readonly silenceMs: number; readonly until?: string }
  /** Waits for a label, at most 15 s or `withinMs`; then continues without it. */
  | { readonly until: string; readonly withinMs?: number }
  /** Waits and sends no frame. */
  | { readonly waitMs: number }
  /** Closes the connection, waits and connects again. */
  | { readonly reconnectAfterMs: number }
  /** Creates an ephemeral token; the connections that follow use it. */
  | { readonly createToken: object; readonly version: string };

export interface Expectation {
  /** Labels that must come in this order, possibly with others between. A prefix matches. */
  readonly includes: readonly string[];
  /** Labels that must not come. */
  readonly excludes?: readonly string[];
}

export interface Case {
  readonly name: string;
  /** The claim under test, in a sentence. */
  readonly claim: string;
  /** Neither documented nor measured: the emulator implements an assumption. */
  readonly unknown?: true;
  /** Takes many minutes; only with --long. */
  readonly long?: true;
  /** Default: v1beta. */
  readonly version?: string;
  /** Uses an invalid key. */
  readonly badKey?: true;
  /** A word: the label `canary` comes when the model has said it on the current connection. */
  readonly canary?: string;
  readonly steps: readonly Step[];
  /** The emulator's behaviour by model-name prefix; the longest matching prefix wins. */
  readonly expects: Readonly<Record<string, Expectation>> & { readonly default: Expectation };
  /** Upper bound of the audio sent and received, in seconds; the cost follows from it. */
  readonly seconds?: { readonly sent: number; readonly received: number };
}
