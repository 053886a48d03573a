/**
 * `npm run bench [-- --quick] [--rounds=5] [--only=floor,parley.v1] [--json=FILE]`: what the relay adds, beside
 * the least that a Durable Object can do (the floor), a relay in Node, and no relay at all.
 *
 * All contenders do the same work against the same upstream, which echoes each microphone frame; rounds alternate.
 * A round during which other programs used more than 15 % of a processor is repeated.
 */
import { writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { contenders, floor, type Contender } from "./compare/contenders.ts";
import { describeMachine } from "./compare/machine.ts";
import { runRound, type Figures, type Work } from "./compare/round.ts";
import { tableOf } from "./compare/table.ts";

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    rounds: { type: "string" },
    only: { type: "string" },
    json: { type: "string" },
  },
});

/** Above this share of a processor, other programs spoil a round. */
const maxForeign = 0.15;
const maxAttempts = 4;

const works: readonly Work[] = values.quick
  ? [
      { conversations: 50, frameMs: 20, seconds: 5 },
      { conversations: 50, frameMs: 100, seconds: 5 },
    ]
  : [1, 50, 150].flatMap((conversations) =>
      [20, 40, 100].map((frameMs) => ({ conversations, frameMs, seconds: 10 })),
    );
const rounds = Number(values.rounds ?? (values.quick ? 1 : 5));
const names = values.only?.split(",") ?? contenders.map(({ name }) => name);
const chosen = contenders.filter(({ name }) => names.includes(name));

console.log(describeMachine());
const results = [];
for (const work of works) {
  const figures = new Map<string, Figures[]>(chosen.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++)
    for (const contender of round % 2 === 0 ? chosen : chosen.toReversed())
      figures.get(contender.name)?.push(await quietRound(contender, work));
  console.log(`\n${titleOf(work)}\n\n${tableOf(figures, floor)}`);
  results.push({ work, figures: Object.fromEntries(figures) });
}
if (values.json !== undefined)
  writeFileSync(
    values.json,
    `${JSON.stringify({ machine: describeMachine(), results }, null, 2)}\n`,
  );
process.exit(0);

/** Repeats a round that other programs disturbed; after four the quietest counts. */
async function quietRound(contender: Contender, work: Work): Promise<Figures> {
  const attempts: Figures[] = [];
  while (attempts.length < maxAttempts) {
    const figures = await runRound(contender, work);
    if (figures.foreign <= maxForeign) return figures;
    attempts.push(figures);
    process.stderr.write(
      `${contender.name}: other programs used ${Math.round(figures.foreign * 100)} % of a processor; again\n`,
    );
  }
  const [quietest] = attempts.toSorted((a, b) => a.foreign - b.foreign);
  if (!quietest) throw new Error("no round was run");
  return quietest;
}

function titleOf({ conversations, frameMs }: Work): string {
  const many = conversations === 1 ? "1 conversation" : `${conversations} conversations`;
  return `### ${many}, a frame each ${frameMs} ms (${rounds} rounds, ${cpus().length} cores)`;
}
