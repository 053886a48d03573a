/** Texts until the server says that it took them: in order, bounded, and none is ever dropped in silence. */

export interface TextMessage {
  /** The server says a text once under its id, however often it is sent. */
  readonly id: string;
  readonly text: string;
}

/** Enough for a long absence, and far below what a server holds. */
const most = 50;
const mostCharacters = 32_000;

export class TextOutbox {
  #texts: readonly TextMessage[];

  constructor(texts: readonly TextMessage[] = []) {
    this.#texts = texts;
  }

  /** Oldest first. */
  get texts(): readonly TextMessage[] {
    return this.#texts;
  }

  /** @returns false when there is no room left: the text was not taken. */
  add(text: TextMessage): boolean {
    const characters = this.#texts.reduce((sum, each) => sum + each.text.length, text.text.length);
    if (this.#texts.length >= most || characters > mostCharacters) return false;
    this.#texts = [...this.#texts, text];
    return true;
  }

  /** The server took it, or never will. */
  remove(id: string): void {
    this.#texts = this.#texts.filter((text) => text.id !== id);
  }

  clear(): void {
    this.#texts = [];
  }
}
