/** Texts until the server says that it took them: in order, bounded, and none is ever dropped in silence. */

export interface Text {
  /** The server says a text once under its id, however often it is sent. */
  readonly id: string;
  readonly text: string;
}

/** Enough for a long absence, and far below what a server holds. */
const most = 50;
const mostCharacters = 32_000;

export class Outbox {
  #texts: readonly Text[];

  constructor(texts: readonly Text[] = []) {
    this.#texts = texts;
  }

  /** Oldest first. */
  get texts(): readonly Text[] {
    return this.#texts;
  }

  /** @returns false when there is no room left: the text was not taken. */
  hold(text: Text): boolean {
    const characters = this.#texts.reduce((sum, each) => sum + each.text.length, text.text.length);
    if (this.#texts.length >= most || characters > mostCharacters) return false;
    this.#texts = [...this.#texts, text];
    return true;
  }

  /** The server took it, or never will. */
  release(id: string): void {
    this.#texts = this.#texts.filter((text) => text.id !== id);
  }

  empty(): void {
    this.#texts = [];
  }
}
