/**
 * Asks a hook about words as they come.
 *
 *     words ─► asked ─► a verdict at once, or later: what comes meanwhile is asked about together
 */
import type { Block, HookOutcome } from "./hooks.ts";

type TextHookOutcome = HookOutcome<Block | { text: string }>;

export interface IncrementalHookHost {
  /** @param text all so far. @param delta what was not asked about before. */
  callHook(text: string, delta: string): TextHookOutcome | Promise<TextHookOutcome>;
  /** @param late the words belong to a turn that is over. */
  handleOutcome(outcome: TextHookOutcome, late: boolean): void;
}

export class IncrementalHook {
  readonly #host: IncrementalHookHost;
  readonly #pending = new Set<Promise<void>>();
  #text = "";
  #asked = 0;
  #busy = false;
  #turn = 0;

  constructor(court: IncrementalHookHost) {
    this.#host = court;
  }

  /** Resolves when nothing is left to be judged; undefined when nothing is. */
  get settled(): Promise<unknown> | undefined {
    return this.#pending.size > 0 ? Promise.all(this.#pending) : undefined;
  }

  /** Words that are judged by themselves. */
  check(text: string): void {
    void this.#ask(text, text);
  }

  /** More words of the same turn. */
  append(delta: string): void {
    this.#text += delta;
    if (!this.#busy) this.#next();
  }

  /** The turn is over. */
  endTurn(): void {
    this.#text = "";
    this.#asked = 0;
    this.#turn++;
  }

  #next(): void {
    const text = this.#text;
    const delta = text.slice(this.#asked);
    this.#asked = text.length;
    const later = this.#ask(text, delta);
    if (later) void this.#resume(later);
  }

  async #resume(later: Promise<void>): Promise<void> {
    this.#busy = true;
    await later;
    this.#busy = false;
    if (this.#text.length > this.#asked) this.#next();
  }

  #ask(text: string, delta: string): Promise<void> | undefined {
    const word = this.#host.callHook(text, delta);
    if (!(word instanceof Promise)) {
      this.#host.handleOutcome(word, false);
      return undefined;
    }
    const later = this.#resolve(word, this.#turn);
    this.#pending.add(later);
    void later.finally(() => this.#pending.delete(later));
    return later;
  }

  async #resolve(word: Promise<TextHookOutcome>, turn: number): Promise<void> {
    const outcome = await word;
    this.#host.handleOutcome(outcome, turn !== this.#turn);
  }
}
