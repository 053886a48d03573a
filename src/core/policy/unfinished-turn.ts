/**
 * A turn that reaches the model in pieces: contents that are not complete (Live API: `turnComplete` false), or texts
 * within a marked activity. A hook that judges words must get a piece with those of its sender before it.
 */
import type { ModelInput } from "../client-request.ts";
import { limits } from "./limits.ts";

/** Of a sender, in one turn: a hook gets all of them for each piece. */
const maxCharacters = 4 * limits.textCharacters.value;
const maxPieces = limits.messageParts.value;

interface SenderWords {
  /** What the model has, each piece ended by a line break. */
  readonly words: string;
  readonly pieces: number;
}

/** A text that waits for its verdict. */
interface PendingText {
  readonly sender: string;
  readonly text: string;
  readonly isPiece: boolean;
}

export class UnfinishedTurn {
  #sent = new Map<string, SenderWords>();
  /** As it was when the model began to answer. */
  #answered: ReadonlyMap<string, SenderWords> | undefined;
  #pending: readonly PendingText[] = [];
  #isMarked = false;

  /** The words that the model has of a sender in this turn; "" if there are none. */
  sentBefore(sender: string): string {
    return this.#sent.get(sender)?.words ?? "";
  }

  /** What a text is judged with: the words that the model has, and those that may reach it before the text. */
  judgedWith({ sender, isPiece }: PendingText): string {
    const pending = this.#pending.filter((each) => each.sender === sender);
    const joins = isPiece || pending.some((each) => each.isPiece);
    return this.sentBefore(sender) + (joins ? pending.map(({ text }) => `${text}\n`).join("") : "");
  }

  /** Whether a turn has become too long to be judged as one. */
  isTooLong(sender: string, words: string): boolean {
    const { pieces = 0 } = this.#sent.get(sender) ?? {};
    return pieces >= maxPieces || words.length > maxCharacters;
  }

  await(text: PendingText): void {
    this.#pending = [...this.#pending, text];
  }

  settle(text: PendingText): void {
    this.#pending = this.#pending.filter((each) => each !== text);
  }

  /** Whether the model waits for more of the turn after an input. */
  isPiece(input: ModelInput): boolean {
    return (
      (input.type === "text" && this.#isMarked) || (input.type === "content" && !input.complete)
    );
  }

  /** The model gets the words of a piece. */
  add(sender: string, text: string): void {
    const { words, pieces } = this.#sent.get(sender) ?? { words: "", pieces: 0 };
    this.#sent.set(sender, { words: `${words}${text}\n`, pieces: pieces + 1 });
  }

  /** An input is sent to the model. It may complete the turn. */
  onInput(input: ModelInput): void {
    const { type } = input;
    const completes =
      type === "activityEnd" ? this.#isMarked : type === "text" || type === "content";
    if (completes && !this.isPiece(input)) this.#sent.clear();
    if (type === "activityStart") this.#isMarked = true;
    else if (type === "activityEnd" || type === "audioStreamEnd") this.#isMarked = false;
  }

  /** The model begins an answer: to what it has by now. */
  onAnswer(): void {
    this.#answered ??= new Map(this.#sent);
  }

  onAnswerEnd(): void {
    for (const [sender, { words, pieces }] of this.#answered ?? []) {
      const now = this.#sent.get(sender);
      if (!now?.words.startsWith(words)) continue;
      const left = { words: now.words.slice(words.length), pieces: now.pieces - pieces };
      if (left.pieces > 0) this.#sent.set(sender, left);
      else this.#sent.delete(sender);
    }
    this.#answered = undefined;
  }

  reset(): void {
    this.#sent = new Map();
    this.#answered = undefined;
    this.#isMarked = false;
  }
}
