/**
 * `npm run simulate -- [seed]`: simulates one conversation to a million, prints their loads against the limits, and draws
 * `docs/images/scale.svg`.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { limits, scenarios, type Scenario } from "./simulate/assumptions.ts";
import { loadsOf, type Load } from "./simulate/loads.ts";
import { plot, type Curve } from "./simulate/plot.ts";
import { simulate, type Outcome } from "./simulate/simulation.ts";

const seed = Number(process.argv[2] ?? 1);
const folder = join(import.meta.dirname, "../docs/images");

for (const scenario of scenarios) print(scenario);
mkdirSync(folder, { recursive: true });
const drawing = plot(
  "Load as a share of its limit",
  curves(),
  { least: 0, most: 6 },
  { least: -4, most: 3 },
);
writeFileSync(join(folder, "scale.svg"), drawing);
console.log(`Drew docs/images/scale.svg (seed ${seed}).`);

function print(scenario: Scenario): void {
  const outcome = simulate(scenario, seed);
  console.log(`${scenario.name}: ${summaryOf(outcome)}`);
  for (const load of loadsOf(scenario, outcome)) console.log(`  ${lineOf(load)}`);
  console.log();
}

function summaryOf(outcome: Outcome): string {
  const { weight, window, turns, joins, restarts, conversationSeconds } = outcome;
  const share = (seconds: number): string =>
    `${Math.round((100 * seconds) / conversationSeconds)} %`;
  const number = (value: number): string => Math.round(value * weight).toLocaleString("en");
  return [
    `${number(conversationSeconds / window)} at a time`,
    `${share(outcome.memorySeconds)} of the time in memory`,
    `${share(outcome.sessionSeconds)} with a session`,
    `${number(turns)} turns`,
    `${number(joins)} joins`,
    `${number(outcome.evictions)} evictions`,
    `${number(outcome.goAways)} goAways`,
    `the deploy restarts ${number(restarts.hibernated)} hibernated, ${number(restarts.forced)} others`,
  ].join(", ");
}

function lineOf({ limit, load, share, capacity }: Load): string {
  const percent = `${(100 * share).toFixed(share < 0.1 ? 2 : 0)} %`.padStart(10);
  const reached =
    capacity === undefined ? "" : `, reached at ${Math.round(capacity).toLocaleString("en")}`;
  return `${percent} of ${limit.limit} ${limit.unit}, ${limit.name} (${load.toFixed(1)})${reached}`;
}

/** Each limit over the number of conversations, each of a user of its own. */
function curves(): Curve[] {
  const runs = [0, 1, 2, 3, 4, 5, 6].map((power) => {
    const scenario = { name: "", concurrent: 10 ** power, oneUser: false, listeners: 0 };
    return { x: scenario.concurrent, loads: loadsOf(scenario, simulate(scenario, seed)) };
  });
  return Object.values(limits).map((limit) => ({
    name: limit.name,
    points: runs.map(({ x, loads }) => ({
      x,
      y: loads.find((load) => load.limit === limit)?.share ?? 0,
    })),
  }));
}
