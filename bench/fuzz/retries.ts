/**
 * Tries an input again that the server refused because it has too much to do: such a refusal says nothing of the input,
 * which was not tried.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Tally } from "./tally.ts";

/** As many refusals without an input in between are a fault. */
const maxRefusals = 60;
const defaultWaitS = 5;

const loadCodes: ReadonlySet<string> = new Set(["OVERLOADED", "RATE_LIMITED", "TOO_MANY_FRAMES"]);

/** Whether an error says that the server has too much to do, or that its client is too fast. */
export const isLoadCode = (code: string): boolean => loadCodes.has(code);

/** The wait that a refusal names in words, in s. */
export function namedWait(words: string): number | undefined {
  const [, seconds] = /\bin (\d+) s\b/.exec(words) ?? [];
  return seconds === undefined ? undefined : Number(seconds);
}

export class Retries {
  readonly #tally: Tally;
  readonly #wait: (ms: number) => Promise<unknown>;
  #refusals = 0;

  constructor(tally: Tally, wait: (ms: number) => Promise<unknown> = sleep) {
    this.#tally = tally;
    this.#wait = wait;
  }

  /** An input was tried. */
  reset(): void {
    this.#refusals = 0;
  }

  /** Waits. @param seconds as the server asks. @returns false after too many refusals. */
  async again(seconds: number = defaultWaitS): Promise<boolean> {
    this.#tally.refusals++;
    if (++this.#refusals >= maxRefusals) return false;
    await this.#wait(seconds * 1000);
    return true;
  }
}
