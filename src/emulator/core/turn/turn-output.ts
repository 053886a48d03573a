/** The output that a turn has sent so far. Only this becomes history and counts as tokens; unsent output leaves no trace. */
import type { Part } from "@google/genai";
import type { HistoryEntry } from "../session/history.ts";
import {
  audioTokens,
  totalTokens,
  type TurnUsage,
  sumTokens,
  textTokens,
  type TokenCounts,
} from "../protocol/token-usage.ts";

export class TurnOutput {
  #parts: Part[] = [];
  #speech = "";
  #audioMs = 0;
  #thoughtTokens: number;
  /** Tokens of the entries already taken. */
  #takenTokens: TokenCounts = {};

  /** @param thoughtTokens of thoughts that are charged and never sent. */
  constructor(thoughtTokens: number) {
    this.#thoughtTokens = thoughtTokens;
  }

  /** Whether the last output is speech that the next speech continues. */
  get speaking(): boolean {
    return this.#speech !== "";
  }

  addSpeech(text: string, ms: number): void {
    this.#speech += text;
    this.#audioMs += ms;
  }

  /** Keeps parts and speech in the order of sending. */
  addPart(part: Part): void {
    this.#flushSpeech();
    this.#parts.push(part);
  }

  /** Thoughts count as tokens and do not enter the history. */
  addThought(text: string): void {
    this.#thoughtTokens += totalTokens(textTokens(text));
  }

  usage(): TurnUsage {
    return { response: this.responseTokens(), thoughts: this.#thoughtTokens };
  }

  /** Tokens of all output so far. */
  responseTokens(): TokenCounts {
    return sumTokens([this.#takenTokens, this.#tokens()]);
  }

  /** The output since the last call; undefined when there is none. */
  takeEntry(): HistoryEntry | undefined {
    this.#flushSpeech();
    const parts = this.#parts;
    const tokens = this.#tokens();
    this.#takenTokens = sumTokens([this.#takenTokens, tokens]);
    this.#parts = [];
    this.#audioMs = 0;
    return parts.length === 0 ? undefined : { content: { role: "model", parts }, tokens };
  }

  #flushSpeech(): void {
    if (this.#speech.trim() !== "") this.#parts.push({ text: this.#speech.trim() });
    this.#speech = "";
  }

  #tokens(): TokenCounts {
    const nonText = this.#parts.filter(({ text }) => text === undefined);
    return sumTokens([
      audioTokens(this.#audioMs),
      ...nonText.map((p) => textTokens(JSON.stringify(p))),
    ]);
  }
}
