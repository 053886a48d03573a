/**
 * A turn that reaches the model in pieces: contents that are not complete (Live API: `turnComplete` false), or texts
 * within an activity that a client marks. A hook that judges words must get a piece with those before it.
 */
import type { ModelInput } from "../client-request.ts";
import { limits } from "./limits.ts";

/** Characters before a piece that are judged with it. */
const maxCharacters = limits.textCharacters.value;

export class UnfinishedTurn {
  /** Words that the model has of each sender. */
  readonly #words = new Map<string, string>();
  #isMarked = false;

  /** The sender's words in this turn, with what separates them from the next ones; "" if there are none. */
  before(sender: string): string {
    const words = this.#words.get(sender);
    return words ? `${words}\n` : "";
  }

  /** Whether the model waits for more of the turn after an input. */
  isPiece(input: ModelInput): boolean {
    return (
      (input.type === "text" && this.#isMarked) || (input.type === "content" && !input.complete)
    );
  }

  /** The model has the words of a piece. */
  add(sender: string, words: string): void {
    this.#words.set(sender, (this.before(sender) + words).slice(-maxCharacters));
  }

  /** An input is sent to the model. It may complete the turn. */
  onInput(input: ModelInput): void {
    const { type } = input;
    const completes =
      type === "activityEnd" ? this.#isMarked : type === "text" || type === "content";
    if (completes && !this.isPiece(input)) this.end();
    if (type === "activityStart") this.#isMarked = true;
    else if (type === "activityEnd" || type === "audioStreamEnd") this.#isMarked = false;
  }

  /** Completed, or its conversation has ended. */
  end(): void {
    this.#words.clear();
  }
}
