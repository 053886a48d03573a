/**
 * `npm run bench [-- --quick] [--rounds=5] [--warm-up=2] [--only=floor,parley.v1] [--works=50x20,answer] [--json=FILE]
 * [--write]`: what the relay adds, beside the least that a Durable Object can do (the floor), other relays, and no relay.
 *
 * All contenders do the same work against the same upstream; rounds alternate. A round during which other programs used
 * more than 15 % of a processor is repeated. Each begins with a warm-up, in seconds. `--write` puts the tables of the works
 * of `--quick` into docs/benchmarks.md.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { orExit } from "./or-exit.ts";
import { median } from "./show/statistics.ts";
import { measureAnswers } from "./compare/answer.ts";
import { contenders, floor, parleyProtocols, type Contender } from "./compare/contenders.ts";
import { describeMachine } from "./compare/machine.ts";
import { markdownTable, replaceTables } from "./compare/markdown.ts";
import { readOptions } from "./compare/options.ts";
import { runRound, type Figures, type Length } from "./compare/round.ts";
import { number, tablesOf, type Rounds } from "./compare/table.ts";
import { verdictsOf, verdictTable, type Results } from "./compare/verdict.ts";
import { titleOf, type Work } from "./compare/works.ts";

/** Above this share of a processor, other programs spoil a round. */
const maxForeign = 0.15;

const options = orExit(() => readOptions(process.argv.slice(2)));
const skipped = new Map<string, string>();
const chosen = contenders.filter(isRunnable);
const works = new Map<string, Rounds>();
const sections: { readonly work: Work; readonly text: string }[] = [];
console.log(introduction());
for (const work of options.works) {
  const { rounds, notes } = await run(work);
  const text = [`### ${titleOf(work)}`, tablesOf(rounds), ...notes].join("\n\n");
  console.log(`\n${text}`);
  works.set(work.name, rounds);
  sections.push({ work, text });
}
const answers =
  options.answers > 0 ? await measureAnswers(options.answers, options.only) : new Map();
const results: Results = { works, answers };
const verdicts = verdictsOf(results);
const conclusion = [
  ...(answers.size > 0 ? ["### A spoken question to the emulator", answerTable(answers)] : []),
  "### The targets",
  verdictTable(verdicts),
].join("\n\n");
console.log(`\n${conclusion}`);
if (options.json !== undefined)
  writeFileSync(options.json, `${JSON.stringify(asJson(), null, 2)}\n`);
if (options.write) {
  const shown = sections.filter(({ work }) => work.quick).map(({ text }) => text);
  const path = join(import.meta.dirname, "../docs/benchmarks.md");
  replaceTables(path, [introduction(), ...shown, conclusion].join("\n\n"));
}
process.exit(0);

/** Prepares a contender. One that can not run here is skipped, which the introduction says. */
function isRunnable({ name, prepare }: Contender): boolean {
  if (!options.only.includes(name)) return false;
  const lack = prepare?.();
  if (lack !== undefined) skipped.set(name, lack);
  return lack === undefined;
}

function introduction(): string {
  const { rounds, length } = options;
  const each = rounds === 1 ? "One round" : `Medians of ${rounds} alternating rounds`;
  const lacks = [...skipped].map(([name, lack]) => ` ${name} was skipped: ${lack}.`).join("");
  return `${describeMachine()}. ${each} of ${length.measuredMs / 1000} s, ${length.warmUpMs / 1000} s of warm-up before.${lacks}`;
}

async function run(work: Work): Promise<{ rounds: Rounds; notes: string[] }> {
  const all = chosen.filter(({ sets }) => sets.includes(work.contenders));
  const fit = all.filter(({ unfit }) => unfit?.(work) === undefined);
  const rounds = new Map<string, Figures[]>(fit.map(({ name }) => [name, []]));
  for (let round = 0; round < options.rounds; round++)
    for (const contender of round % 2 === 0 ? fit : fit.toReversed())
      if (round < roundsOf(work, contender))
        rounds.get(contender.name)?.push(await quietRound(contender, work));
  const longer = fit.filter(({ name }) => lengthOf(work, name) !== options.length);
  const length =
    longer.length === 0 ? [] : [`Rounds of ${nameList(longer)}: ${(work.longMs ?? 0) / 1000} s.`];
  return {
    rounds,
    notes: [...length, ...[...rounds].flatMap(([name, figures]) => notesOf(name, figures))],
  };
}

/** Repeats a round that other programs disturbed; after the last attempt the quietest counts. */
async function quietRound(contender: Contender, work: Work): Promise<Figures> {
  const attempts: Figures[] = [];
  while (attempts.length < options.attempts) {
    const figures = await runRound(contender, work, lengthOf(work, contender.name));
    attempts.push(figures);
    const percent = Math.round(figures.foreign * 100);
    process.stderr.write(`${work.name}, ${contender.name}: other programs ${percent} %\n`);
    if (figures.foreign <= maxForeign) return figures;
  }
  const [quietest] = attempts.toSorted((a, b) => a.foreign - b.foreign);
  if (!quietest) throw new Error("no round was run");
  return quietest;
}

/** Of the contenders whose pauses and heaps are compared, some rounds are longer. */
function lengthOf({ longMs }: Work, name: string): Length {
  const isCompared = [floor, ...parleyProtocols].some((each) => each === name);
  return options.quick || !isCompared || longMs === undefined
    ? options.length
    : { ...options.length, measuredMs: longMs };
}

function roundsOf(work: Work, contender: Contender): number {
  return Math.min(options.rounds, work.mostRounds ?? Infinity, contender.mostRounds ?? Infinity);
}

function nameList(named: readonly Contender[]): string {
  return named.map(({ name }) => name).join(", ");
}

/** Notes below the tables: why connections were closed, and audio that was left out and reported. */
function notesOf(name: string, figures: readonly Figures[]): string[] {
  const closed = figures.flatMap((round) =>
    Object.entries(round.closed).map(([reason, count]) => `${count} × ${reason}`),
  );
  const skippedMs = figures.map((round) => round.skippedMs).filter((ms) => ms > 0);
  return [
    ...(closed.length > 0 ? [`Closed by ${name}: ${closed.join("; ")}`] : []),
    ...(skippedMs.length > 0
      ? [`Skipped by ${name}, and said so, ms: ${skippedMs.join(", ")}`]
      : []),
  ];
}

function answerTable(times: ReadonlyMap<string, readonly number[]>): string {
  const rows = [...times].map(([name, each]) => [
    name,
    number(median(each), 0),
    number(Math.min(...each), 0),
    number(Math.max(...each), 0),
  ]);
  return markdownTable([["last word → first sound, ms", "median", "least", "most"], ...rows]);
}

function asJson(): object {
  return {
    machine: describeMachine(),
    rounds: options.rounds,
    length: options.length,
    skipped: Object.fromEntries(skipped),
    works: options.works.map((work) => ({
      work,
      figures: Object.fromEntries(works.get(work.name) ?? []),
    })),
    answers: Object.fromEntries(answers),
    verdicts,
  };
}
