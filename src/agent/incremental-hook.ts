/**
 * Asks a hook about words as they come.
 *
 *     words ─► asked ─► a verdict at once, or later: what comes meanwhile is asked about together
 */
import type { Block, Outcome } from "./hooks.ts";

type Verdict = Outcome<Block | { text: string }>;

export interface Court {
  /** @param text all so far. @param delta what was not asked about before. */
  ask(text: string, delta: string): Verdict | Promise<Verdict>;
  /** @param late the words belong to a turn that is over. */
  rule(outcome: Verdict, late: boolean): void;
}

export class Judge {
  readonly #court: Court;
  readonly #open = new Set<Promise<void>>();
  #text = "";
  #asked = 0;
  #busy = false;
  #turn = 0;

  constructor(court: Court) {
    this.#court = court;
  }

  /** Resolves when nothing is left to be judged; undefined when nothing is. */
  get settled(): Promise<unknown> | undefined {
    return this.#open.size > 0 ? Promise.all(this.#open) : undefined;
  }

  /** Words that are judged by themselves. */
  hearWhole(text: string): void {
    void this.#ask(text, text);
  }

  /** More words of the same turn. */
  hear(delta: string): void {
    this.#text += delta;
    if (!this.#busy) this.#next();
  }

  /** The turn is over. */
  turn(): void {
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
    const word = this.#court.ask(text, delta);
    if (!(word instanceof Promise)) {
      this.#court.rule(word, false);
      return undefined;
    }
    const later = this.#later(word, this.#turn);
    this.#open.add(later);
    void later.finally(() => this.#open.delete(later));
    return later;
  }

  async #later(word: Promise<Verdict>, turn: number): Promise<void> {
    const outcome = await word;
    this.#court.rule(outcome, turn !== this.#turn);
  }
}
