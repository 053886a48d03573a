/** Runs all cases against a service within a budget and prints where it differs from the emulator's profile. */
import type { Case } from "./case.ts";
import { differences, expectationFor } from "./compare.ts";
import { estimate, price } from "./cost.ts";
import type { Prices } from "./cost.ts";
import { play } from "./play.ts";
import { redactor } from "./target.ts";
import type { Target } from "./target.ts";

export interface ProbeOptions {
  readonly target: Target;
  readonly cases: readonly Case[];
  readonly prices: Prices;
  /** USD. A case that could exceed it does not start. Infinity if the service is free. */
  readonly budget: number;
  /** Cases that run at the same time. */
  readonly concurrency: number;
  /** Prints one line without secrets. */
  print(line: string): void;
}

export interface Outcome {
  readonly agreed: number;
  readonly differed: readonly string[];
  /** Cases beyond the budget. */
  readonly skipped: readonly string[];
}

export async function probe(options: ProbeOptions): Promise<Outcome> {
  const run = new ProbeRun(options);
  await Promise.all(Array.from({ length: options.concurrency }, () => run.work()));
  return run.conclude();
}

class ProbeRun {
  readonly #options: ProbeOptions;
  readonly #waiting: Case[];
  readonly #differed: string[] = [];
  readonly #skipped: string[] = [];
  readonly #redact: (text: string) => string;
  /** USD: spent by finished cases, and reserved for running ones. */
  #spent = 0;
  #reserved = 0;

  constructor(options: ProbeOptions) {
    this.#options = options;
    this.#waiting = [...options.cases];
    this.#redact = redactor(options.target.key);
  }

  /** Runs waiting cases one by one until none is left. */
  async work(): Promise<void> {
    const { prices, budget } = this.#options;
    for (let testCase = this.#waiting.shift(); testCase; testCase = this.#waiting.shift()) {
      const maxPrice = estimate(testCase, prices);
      if (this.#spent + this.#reserved + maxPrice > budget) this.#skipped.push(testCase.name);
      else await this.#runCase(testCase, maxPrice);
    }
  }

  conclude(): Outcome {
    const { cases, budget } = this.#options;
    const [differed, skipped] = [this.#differed, this.#skipped];
    const agreed = cases.length - differed.length - skipped.length;
    const rest =
      skipped.length === 0
        ? ""
        : `, ${skipped.length} skipped, which the budget does not cover: ${skipped.join(", ")}`;
    this.#print(`${agreed} agree, ${differed.length} differ${rest}.`);
    if (Number.isFinite(budget))
      this.#print(`Spent about $${this.#spent.toFixed(3)}, by the audio sent and received.`);
    return { agreed, differed, skipped };
  }

  async #runCase(testCase: Case, maxPrice: number): Promise<void> {
    const { target, prices } = this.#options;
    this.#reserved += maxPrice;
    const { seen, spent } = await play(testCase, target);
    this.#reserved -= maxPrice;
    this.#spent += price(spent, prices);
    const found = differences(expectationFor(testCase, target.model), seen);
    if (found.length > 0) this.#differed.push(testCase.name);
    for (const line of report(testCase, found, seen)) this.#print(line);
  }

  #print(line: string): void {
    this.#options.print(this.#redact(line));
  }
}

function report(testCase: Case, found: readonly string[], seen: readonly string[]): string[] {
  const note = testCase.unknown === true ? " (was unknown)" : "";
  if (found.length === 0) return [`  agrees   ${testCase.name}${note}: ${testCase.claim}`];
  return [
    `  DIFFERS  ${testCase.name}${note}: the emulator claims: ${testCase.claim}`,
    ...found.map((difference) => `             ${difference}`),
    `             seen: ${seen.join(" → ") || "nothing"}`,
  ];
}
