/** What was said, in the order in which it is remembered: what comes while the model speaks follows what it says. */
import type { Content } from "@google/genai";
import { type Entry, remember } from "./history.ts";
import type { Session } from "./session.ts";
import { sum, type Tokens } from "../protocol/token-usage.ts";

export class Minutes {
  readonly #session: Session;
  readonly #full: () => void;
  #meanwhile: Entry[] = [];

  /** @param full is told that the context holds no more. */
  constructor(session: Session, full: () => void) {
    this.#session = session;
    this.#full = full;
  }

  /** The user says or writes something: it is remembered later, with what was seen meanwhile. */
  hear(content: Content, tokens: Tokens): void {
    this.#meanwhile.push({ content, tokens: sum([tokens, this.#session.takeCarried()]) });
  }

  /** What the model said, if anything, and then what was said meanwhile. */
  keep(said: Entry | undefined): void {
    const session = this.#session;
    const entries = said === undefined ? this.#meanwhile : [said, ...this.#meanwhile];
    for (const entry of entries) session.memory = remember(session.memory, entry);
    this.#meanwhile = [];
    session.compress();
    if (session.full) this.#full();
  }
}
