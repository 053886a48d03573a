/** Runs all cases against a service within a budget and prints where it differs from the emulator's profile. */
import type { Case } from "./case.ts";
import { differences, expected } from "./compare.ts";
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
  readonly left: readonly string[];
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
  readonly #left: string[] = [];
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
    for (let asked = this.#waiting.shift(); asked; asked = this.#waiting.shift()) {
      const most = estimate(asked, prices);
      if (this.#spent + this.#reserved + most > budget) this.#left.push(asked.name);
      else await this.#ask(asked, most);
    }
  }

  conclude(): Outcome {
    const { cases, budget } = this.#options;
    const [differed, left] = [this.#differed, this.#left];
    const agreed = cases.length - differed.length - left.length;
    const rest =
      left.length === 0
        ? ""
        : `, ${left.length} not asked, for which the budget has no room: ${left.join(", ")}`;
    this.#print(`${agreed} agree, ${differed.length} differ${rest}.`);
    if (Number.isFinite(budget))
      this.#print(`Spent about $${this.#spent.toFixed(3)}, by the audio sent and received.`);
    return { agreed, differed, left };
  }

  async #ask(asked: Case, most: number): Promise<void> {
    const { target, prices } = this.#options;
    this.#reserved += most;
    const { seen, spent } = await play(asked, target);
    this.#reserved -= most;
    this.#spent += price(spent, prices);
    const found = differences(expected(asked, target.model), seen);
    if (found.length > 0) this.#differed.push(asked.name);
    for (const line of report(asked, found, seen)) this.#print(line);
  }

  #print(line: string): void {
    this.#options.print(this.#redact(line));
  }
}

function report(asked: Case, found: readonly string[], seen: readonly string[]): string[] {
  const news = asked.unknown === true ? " (was unknown)" : "";
  if (found.length === 0) return [`  agrees   ${asked.name}${news}: ${asked.asks}`];
  return [
    `  DIFFERS  ${asked.name}${news}: the emulator says: ${asked.asks}`,
    ...found.map((difference) => `             ${difference}`),
    `             seen: ${seen.join(" → ") || "nothing"}`,
  ];
}
