/** The session state as an instruction reads it. A client may have written it, so a hook may have to judge its words first. */
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
    if (!this.#isJudged || words === undefined) return value;
    const passed = this.#passed.get(words);
    if (passed === undefined) this.#unjudged.add(words);
    return passed === words ? value : (passed ?? "");
  };

  readonly set = (key: string, value: unknown): void => this.#state.set(key, value);

  /** @param read reads the state as the instruction does. @returns the words in it that have no verdict. */
  wordsToJudge(read: (state: State) => void): readonly string[] {
    this.#unjudged = new Set();
    read(this);
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
