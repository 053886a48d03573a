/** The command line of `npm run bench`. */
import { parseArgs } from "node:util";
import { contenders } from "./contenders.ts";
import type { Length } from "./round.ts";
import { works, type Work } from "./works.ts";

export interface Options {
  readonly quick: boolean;
  readonly works: readonly Work[];
  /** Names of contenders. */
  readonly only: readonly string[];
  readonly rounds: number;
  readonly length: Length;
  /** How often a round is repeated that other programs disturbed. */
  readonly attempts: number;
  /** Rounds of a spoken question; 0: none. */
  readonly answers: number;
  /** Where the figures are written as JSON. */
  readonly json: string | undefined;
  /** The tables are written to docs/benchmarks.md. */
  readonly write: boolean;
}

/** The name of the spoken question among the works. */
const answer = "answer";

/** @throws Error that names the wrong argument. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: "boolean", default: false },
      rounds: { type: "string" },
      "warm-up": { type: "string" },
      only: { type: "string" },
      works: { type: "string" },
      json: { type: "string" },
      write: { type: "boolean", default: false },
    },
  });
  const { quick } = values;
  const offered = works.filter((work) => work.quick || !quick).map(({ name }) => name);
  const named = choose("works", values.works, [...works.map(({ name }) => name), answer]);
  const chosen = named ?? [...offered, answer];
  const rounds = Number(values.rounds ?? (quick ? 1 : 5));
  if (!Number.isInteger(rounds) || rounds < 1)
    throw new Error(`--rounds=${values.rounds} is no number of rounds`);
  const { "warm-up": warmUp } = values;
  if (warmUp !== undefined && !/^\d+(\.\d+)?$/.test(warmUp))
    throw new Error(`--warm-up=${warmUp} is no number of seconds`);
  const names = contenders.map(({ name }) => name);
  const shown = [...works.filter((work) => work.quick).map(({ name }) => name), answer];
  if (values.write && (values.only !== undefined || shown.some((name) => !chosen.includes(name))))
    throw new Error(
      `--write replaces all tables: it needs all contenders, and ${shown.join(", ")}`,
    );
  return {
    quick,
    works: works.filter(({ name }) => chosen.includes(name)),
    only: choose("only", values.only, names) ?? names,
    rounds,
    length: {
      warmUpMs: warmUp === undefined ? (quick ? 800 : 2_000) : Number(warmUp) * 1_000,
      measuredMs: quick ? 1_500 : 4_000,
    },
    attempts: quick ? 2 : 4,
    answers: chosen.includes(answer) ? (quick ? 2 : 2 * rounds) : 0,
    json: values.json,
    write: values.write,
  };
}

/** @returns undefined if nothing was chosen. */
function choose(
  option: string,
  value: string | undefined,
  offered: readonly string[],
): readonly string[] | undefined {
  const names = value?.split(",");
  const unknown = names?.find((name) => !offered.includes(name));
  if (unknown !== undefined)
    throw new Error(`--${option}: "${unknown}" is none of ${offered.join(", ")}`);
  return names;
}
