/** What was said, in the order in which it is remembered: what comes while the model speaks follows what it says. */
import type { Content } from "@google/genai";
import { type HistoryEntry, appendEntry } from "./history.ts";
import type { Session } from "./session.ts";
import { sumTokens, type TokenCounts } from "../protocol/token-usage.ts";

export class HistoryWriter {
  readonly #session: Session;
  readonly #full: () => void;
  #meanwhile: HistoryEntry[] = [];

  /** @param full is told that the context holds no more. */
  constructor(session: Session, full: () => void) {
    this.#session = session;
    this.#full = full;
  }

  /** The user says or writes something: it is remembered later, with what was seen meanwhile. */
  addUserEntry(content: Content, tokens: TokenCounts): void {
    this.#meanwhile.push({
      content,
      tokens: sumTokens([tokens, this.#session.takeCarriedTokens()]),
    });
  }

  /** What the model said, if anything, and then what was said meanwhile. */
  commit(said: HistoryEntry | undefined): void {
    const session = this.#session;
    const entries = said === undefined ? this.#meanwhile : [said, ...this.#meanwhile];
    for (const entry of entries) session.history = appendEntry(session.history, entry);
    this.#meanwhile = [];
    session.compress();
    if (session.contextFull) this.#full();
  }
}
