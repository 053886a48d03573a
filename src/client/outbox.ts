/** Texts that wait for the link: in order, bounded, and none is ever dropped in silence. */

/** Enough for a long absence, and far below what a server holds. */
const most = 50;
const mostCharacters = 32_000;

export class Outbox {
  #texts: string[] = [];
  #characters = 0;

  /** @returns false when there is no room left: the text was not taken. */
  hold(text: string): boolean {
    if (this.#texts.length >= most || this.#characters + text.length > mostCharacters) return false;
    this.#texts.push(text);
    this.#characters += text.length;
    return true;
  }

  /** Gives away all that waits, oldest first. */
  empty(): readonly string[] {
    const texts = this.#texts;
    this.#texts = [];
    this.#characters = 0;
    return texts;
  }
}
