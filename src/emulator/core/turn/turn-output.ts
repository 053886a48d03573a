/** What a turn has sent so far: it becomes history, and it is paid for; the rest never happened. */
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
  #spoken = "";
  #audioMs = 0;
  #thoughts = 0;
  /** What was taken before cost this. */
  #before: TokenCounts = {};

  /** Whether it speaks: what is said next follows on. */
  get speaking(): boolean {
    return this.#spoken !== "";
  }

  addSpeech(text: string, ms: number): void {
    this.#spoken += text;
    this.#audioMs += ms;
  }

  /** Parts stay in the order they were sent, speech among them. */
  addPart(part: Part): void {
    this.#settleSpeech();
    this.#parts.push(part);
  }

  /** Thoughts are paid for, and not remembered. */
  addThought(text: string): void {
    this.#thoughts += totalTokens(textTokens(text));
  }

  usage(): TurnUsage {
    return { response: this.responseTokens(), thoughts: this.#thoughts };
  }

  /** All that was said so far, in tokens. */
  responseTokens(): TokenCounts {
    return sumTokens([this.#before, this.#tokens()]);
  }

  /** What was sent since the last time; undefined when it was nothing. */
  takeEntry(): HistoryEntry | undefined {
    this.#settleSpeech();
    const parts = this.#parts;
    const tokens = this.#tokens();
    this.#before = sumTokens([this.#before, tokens]);
    this.#parts = [];
    this.#audioMs = 0;
    return parts.length === 0 ? undefined : { content: { role: "model", parts }, tokens };
  }

  #settleSpeech(): void {
    if (this.#spoken.trim() !== "") this.#parts.push({ text: this.#spoken.trim() });
    this.#spoken = "";
  }

  #tokens(): TokenCounts {
    const silent = this.#parts.filter(({ text }) => text === undefined);
    return sumTokens([
      audioTokens(this.#audioMs),
      ...silent.map((p) => textTokens(JSON.stringify(p))),
    ]);
  }
}
