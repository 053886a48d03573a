/**
 * Calls a hook on a text that grows while the hook runs.
 *
 *     text ─► call ─► outcome at once, or later: text that arrives meanwhile goes into the next call as one piece
 */
import type { Block } from "../hooks.ts";
import type { HookOutcome } from "./call-hook.ts";

type TextHookOutcome = HookOutcome<Block | { text: string }>;

interface IncrementalHookHost {
  /** @param text the turn's text so far. @param delta the part that no earlier call contained. */
  callHook(text: string, delta: string): TextHookOutcome | Promise<TextHookOutcome>;
  /** @param late the text belongs to a turn that has ended. */
  handleOutcome(outcome: TextHookOutcome, late: boolean): void;
}

export class IncrementalHook {
  readonly #host: IncrementalHookHost;
  /** Each resolves whether the hook permits its text, of the turn with that number. */
  readonly #pending = new Map<Promise<boolean>, number>();
  #text = "";
  /** How much of `#text` earlier calls contained, in characters. */
  #checkedLength = 0;
  #busy = false;
  #turn = 0;
  /** Counts the calls of `drop`. */
  #dropped = 0;

  constructor(host: IncrementalHookHost) {
    this.#host = host;
  }

  /** Resolves when no call is pending, to whether the hook permits the texts of this turn; undefined if none is. */
  get settled(): Promise<boolean> | undefined {
    return this.#pending.size === 0 ? undefined : this.#settle(this.#turn);
  }

  /** Text that came while a call ran is in the next one. */
  async #settle(turn: number): Promise<boolean> {
    let permits = true;
    while (this.#isDue(turn)) {
      const calls = [...this.#pending].filter(([, of]) => of === turn).map(([call]) => call);
      const verdicts = await Promise.all(calls);
      permits &&= !verdicts.includes(false);
    }
    return permits;
  }

  #isDue(turn: number): boolean {
    const isUnchecked = this.#turn === turn && this.#text.length > this.#checkedLength;
    return isUnchecked || this.#pending.values().some((of) => of === turn);
  }

  /** Checks a text on its own, apart from the turn's. */
  check(text: string): void {
    void this.#call(text, text);
  }

  /** Appends to the turn's text. */
  append(delta: string): void {
    this.#text += delta;
    if (!this.#busy) this.#callWithNewText();
  }

  /** Text that no call has had yet is checked all the same. */
  endTurn(): void {
    if (this.#text.length > this.#checkedLength)
      void this.#call(this.#text, this.#text.slice(this.#checkedLength));
    this.#beginTurn();
  }

  /** Outcomes of the calls under way are ignored. */
  drop(): void {
    this.#beginTurn();
    this.#dropped++;
  }

  #beginTurn(): void {
    this.#text = "";
    this.#checkedLength = 0;
    this.#turn++;
  }

  #callWithNewText(): void {
    const text = this.#text;
    const delta = text.slice(this.#checkedLength);
    this.#checkedLength = text.length;
    const pending = this.#call(text, delta);
    if (pending) void this.#continueAfter(pending);
  }

  async #continueAfter(pending: Promise<unknown>): Promise<void> {
    this.#busy = true;
    await pending;
    this.#busy = false;
    if (this.#text.length > this.#checkedLength) this.#callWithNewText();
  }

  #call(text: string, delta: string): Promise<unknown> | undefined {
    const outcome = this.#host.callHook(text, delta);
    if (!(outcome instanceof Promise)) {
      this.#host.handleOutcome(outcome, false);
      return undefined;
    }
    const pending = this.#resolve(outcome, this.#turn);
    this.#pending.set(pending, this.#turn);
    void pending.finally(() => this.#pending.delete(pending));
    return pending;
  }

  /** @returns whether the hook permits the text: one that it could not check it does not. */
  async #resolve(pending: Promise<TextHookOutcome>, turn: number): Promise<boolean> {
    const dropped = this.#dropped;
    const outcome = await pending;
    if (dropped === this.#dropped) this.#host.handleOutcome(outcome, turn !== this.#turn);
    return outcome !== "failed" && !(outcome.value && "block" in outcome.value);
  }
}
