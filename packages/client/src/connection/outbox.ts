/** Text messages that the server has not confirmed: in order, bounded, and never dropped without a result. */

export interface TextMessage {
  /** The server takes an id once, however often the message is sent. */
  readonly id: string;
  readonly text: string;
}

/** Room for a long outage, and far below what the server buffers. */
const maxTexts = 50;
const maxCharacters = 32_000;

export class TextOutbox {
  #texts: readonly TextMessage[];

  constructor(texts: readonly TextMessage[] = []) {
    this.#texts = texts;
  }

  /** Oldest first. */
  get texts(): readonly TextMessage[] {
    return this.#texts;
  }

  /** @returns false when the outbox is full; the message is then not taken. */
  add(message: TextMessage): boolean {
    const characters = this.#texts.reduce(
      (sum, { text }) => sum + text.length,
      message.text.length,
    );
    if (this.#texts.length >= maxTexts || characters > maxCharacters) return false;
    this.#texts = [...this.#texts, message];
    return true;
  }

  /** The server confirmed or rejected the message. */
  remove(id: string): void {
    this.#texts = this.#texts.filter((text) => text.id !== id);
  }

  clear(): void {
    this.#texts = [];
  }
}
