/** What a turn has sent so far: it becomes history, and it is paid for; the rest never happened. */
import type { Part } from "@google/genai";
import type { Entry } from "../session/history.ts";
import {
  audioTokens,
  count,
  type Spent,
  sum,
  textTokens,
  type Tokens,
} from "../protocol/token-usage.ts";

export class Sent {
  #parts: Part[] = [];
  #spoken = "";
  #audioMs = 0;
  #thoughts = 0;
  /** What was taken before cost this. */
  #before: Tokens = {};

  /** Whether it speaks: what is said next follows on. */
  get speaking(): boolean {
    return this.#spoken !== "";
  }

  utter(text: string, ms: number): void {
    this.#spoken += text;
    this.#audioMs += ms;
  }

  /** Parts stay in the order they were sent, speech among them. */
  push(part: Part): void {
    this.#settleSpeech();
    this.#parts.push(part);
  }

  /** Thoughts are paid for, and not remembered. */
  think(text: string): void {
    this.#thoughts += count(textTokens(text));
  }

  spent(): Spent {
    return { response: this.total(), thoughts: this.#thoughts };
  }

  /** All that was said so far, in tokens. */
  total(): Tokens {
    return sum([this.#before, this.#tokens()]);
  }

  /** What was sent since the last time; undefined when it was nothing. */
  take(): Entry | undefined {
    this.#settleSpeech();
    const parts = this.#parts;
    const tokens = this.#tokens();
    this.#before = sum([this.#before, tokens]);
    this.#parts = [];
    this.#audioMs = 0;
    return parts.length === 0 ? undefined : { content: { role: "model", parts }, tokens };
  }

  #settleSpeech(): void {
    if (this.#spoken.trim() !== "") this.#parts.push({ text: this.#spoken.trim() });
    this.#spoken = "";
  }

  #tokens(): Tokens {
    const silent = this.#parts.filter(({ text }) => text === undefined);
    return sum([audioTokens(this.#audioMs), ...silent.map((p) => textTokens(JSON.stringify(p)))]);
  }
}
