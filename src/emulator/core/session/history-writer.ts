/** Writes turns to the history in order: user content that arrives during a model turn follows that turn. */
import type { Content } from "@google/genai";
import { type HistoryEntry, appendEntry } from "./history.ts";
import type { Session } from "./session.ts";
import { sumTokens, type TokenCounts } from "../protocol/token-usage.ts";

export class HistoryWriter {
  readonly #session: Session;
  readonly #onContextFull: () => void;
  #pending: HistoryEntry[] = [];

  /** @param onContextFull called when the context exceeds the model's window. */
  constructor(session: Session, onContextFull: () => void) {
    this.#session = session;
    this.#onContextFull = onContextFull;
  }

  /** Queues user content, with the tokens of audio and video received meanwhile. */
  addUserEntry(content: Content, tokens: TokenCounts): void {
    this.#pending.push({
      content,
      tokens: sumTokens([tokens, this.#session.takeCarriedTokens()]),
    });
  }

  /** Appends the model's entry, if any, then the queued user entries. */
  commit(modelEntry: HistoryEntry | undefined): void {
    const session = this.#session;
    const entries = modelEntry === undefined ? this.#pending : [modelEntry, ...this.#pending];
    for (const entry of entries) session.history = appendEntry(session.history, entry);
    this.#pending = [];
    session.compress();
    if (session.contextFull) this.#onContextFull();
  }
}
