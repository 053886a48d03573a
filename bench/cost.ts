/**
 * `npm run cost -- --minutes=100000 --frame=40 --listeners=0 --silence=0.7 …`: what conversations cost in a month, at
 * Cloudflare and at Google. All options and their defaults are in `bench/cost/model.ts`.
 */
import { costOf, type Row } from "./cost/model.ts";
import { readWork } from "./cost/options.ts";
import { cloudflare, google } from "./cost/prices.ts";

try {
  print();
} catch (error) {
  console.error(`parley: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}

function print(): void {
  const work = readWork(process.argv.slice(2));
  const cost = costOf(work, cloudflare, google);
  console.log(
    Object.entries(work)
      .map(([name, value]) => `--${name}=${value}`)
      .join(" "),
  );
  table(`Cloudflare, prices of ${cloudflare.asOf} (${cloudflare.source})`, cost.relay);
  console.log(`  relay: $${cost.relayUsd.toFixed(2)} a month`);
  table(`Google, ${google.model}, prices of ${google.asOf} (${google.source})`, cost.model);
  console.log(`  model: $${cost.modelUsd.toFixed(2)} a month`);
  console.log(`\n$${cost.usdPerMinute.toFixed(5)} a conversation minute.`);
  console.log(`Context at the last turn: ${whole(cost.finalContext)} tokens.`);
}

function table(title: string, rows: readonly Row[]): void {
  console.log(`\n${title}`);
  for (const { name, unit, quantity, billed, usd } of rows)
    console.log(
      `  ${name.padEnd(36)}${whole(quantity).padStart(16)}${whole(billed).padStart(16)} ${unit.padEnd(10)}${`$${usd.toFixed(2)}`.padStart(12)}`,
    );
}

function whole(value: number): string {
  return Math.round(value).toLocaleString("en");
}
