/** What a probe's cases are made of: data, so that a new question is an entry in a list. */

/** Placeholders in what is sent: `$model`, `$handle` (of the newest resumption update), `$call` (id of the newest call), `$thinking` (what the model wants). */
export type Step =
  /** One JSON frame. */
  | { readonly send: object }
  /** A frame as it stands. */
  | { readonly raw: string }
  /** A recording, in real time, in frames of 100 ms. */
  | { readonly say: string }
  /** Silence from an open microphone, in real time, at most so long: it ends when `until` is seen. */
  | { readonly quietMs: number; readonly until?: string }
  /** Waits for a label; goes on after fifteen seconds without it. */
  | { readonly until: string; readonly withinMs?: number }
  /** Waits, and sends nothing. */
  | { readonly lingerMs: number }
  /** Hangs up, waits, and calls again. */
  | { readonly againAfterMs: number }
  /** Makes an ephemeral token, with which the calls that follow are made. */
  | { readonly mint: object; readonly version: string };

export interface Expectation {
  /** Labels that must come in this order; others may come between. A label is matched by its beginning. */
  readonly sees: readonly string[];
  /** Labels that must not come at all. */
  readonly never?: readonly string[];
}

export interface Case {
  readonly name: string;
  /** What it finds out, in a sentence. */
  readonly asks: string;
  /** Nobody has told or measured it yet: the emulator's answer is a decision, and Google's is news. */
  readonly unknown?: true;
  /** Takes many minutes; asked only with --long. */
  readonly long?: true;
  /** v1beta when absent. */
  readonly version?: string;
  /** A key that nobody has, instead of the user's. */
  readonly badKey?: true;
  readonly steps: readonly Step[];
  /** What the emulator does as a model, by the beginning of its name; the longest that fits counts. */
  readonly expects: Readonly<Record<string, Expectation>> & { readonly default: Expectation };
  /** The most audio it sends and lets itself be sent, seconds: what it may cost. */
  readonly seconds?: { readonly sent: number; readonly received: number };
}
