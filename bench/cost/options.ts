/** Reads the options of `npm run cost`. */
import { defaultWork, type Work } from "./model.ts";

/** @param args such as `--minutes=100000 --gate=false`. @throws Error that names the option and its range. */
export function readWork(args: readonly string[]): Work {
  const given = Object.fromEntries(args.map(readOption));
  const work = { ...defaultWork, ...given };
  if (work.trigger > 0 && work.target >= work.trigger)
    throw new Error("--target must be below --trigger: compression cuts the context down to it.");
  return work;
}

function readOption(text: string): [string, number | boolean] {
  const [, name = "", value = ""] = /^--([A-Za-z]+)=(.*)$/.exec(text) ?? [];
  if (!Object.hasOwn(defaultWork, name))
    throw new Error(
      `"${text}" is no option: give --name=value, with ${Object.keys(defaultWork).join(", ")}.`,
    );
  if (name === "gate") {
    if (value !== "true" && value !== "false") throw new Error("--gate must be true or false.");
    return [name, value === "true"];
  }
  const number = value === "" ? Number.NaN : Number(value);
  const [least, most] = rangeOf(name);
  if (!(number >= least && number <= most))
    throw new Error(`--${name} must be a number from ${least} to ${most}, and is "${value}".`);
  return [name, number];
}

function rangeOf(name: string): readonly [least: number, most: number] {
  if (["silence", "answer", "parked"].includes(name)) return [0, 1];
  if (name === "frame") return [10, 1000];
  if (["minutes", "length"].includes(name)) return [1, 1e12];
  if (name === "turnsPerMinute") return [0.1, 60];
  if (name === "listeners") return [0, 99];
  return [0, 1e9];
}
