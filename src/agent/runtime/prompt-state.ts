/**
 * What an instruction contains of clients: the session state as it reads it, and a client's own paragraph. A hook may have
 * to judge the words first.
 */
import type { Instruction } from "../agent.ts";
import type { State } from "../tool.ts";

export class PromptState implements State {
  readonly #state: State;
  readonly #isJudged: boolean;
  /** The words that the model may get, by the words of the state. */
  #passed = new Map<string, string>();
  #unjudged = new Set<string>();

  /** @param isJudged whether words need a verdict. */
  constructor(state: State, isJudged: boolean) {
    this.#state = state;
    this.#isJudged = isJudged;
  }

  /** Words without a verdict are left out. An author may take it from its object, as of any state. */
  readonly get = (key: string): unknown => {
    const value = this.#state.get(key);
    const words = wordsOf(value);
    if (words === undefined) return value;
    const passed = this.judged(words);
    return passed === words ? value : passed;
  };

  /** The state as an instruction gets it. */
  of(instruction: Instruction): State {
    return typeof instruction === "function" ? this.#ofFunction : this;
  }

  /** In place of an object a text would surprise the author of a function. */
  readonly #ofFunction: State = {
    get: (key) => {
      const value = this.get(key);
      return typeof value === typeof this.#state.get(key) ? value : undefined;
    },
    set: (key, value) => this.#state.set(key, value),
  };

  /** What the model may get of a client's words: nothing without a verdict. */
  judged(words: string): string {
    if (!this.#isJudged) return words;
    const passed = this.#passed.get(words);
    if (passed === undefined) this.#unjudged.add(words);
    return passed ?? "";
  }

  readonly set = (key: string, value: unknown): void => this.#state.set(key, value);

  /**
   * @param read reads the words as the instruction does, from the state as it is: what it reads next may depend on them.
   * @returns those that have no verdict.
   */
  wordsToJudge(read: (state: State) => void): readonly string[] {
    this.#unjudged = new Set();
    const get = (key: string): unknown => {
      const value = this.#state.get(key);
      const words = wordsOf(value);
      if (words !== undefined) this.judged(words);
      return value;
    };
    read({ get, set: this.set });
    return [...this.#unjudged];
  }

  /** @param passed what the model may get in their place. */
  onVerdict(words: string, passed: string): void {
    if (this.#passed.size >= maxVerdicts) this.#passed = new Map();
    this.#passed.set(words, passed);
  }
}

/** State changes in a long conversation, and each of its sessions reads it. */
const maxVerdicts = 100;

/** Undefined if there are none: a number or a flag says nothing. */
function wordsOf(value: unknown): string | undefined {
  if (typeof value === "string") return value.trim() === "" ? undefined : value;
  return typeof value === "object" && value !== null ? JSON.stringify(value) : undefined;
}
