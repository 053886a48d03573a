/** The figures of a work as two Markdown tables, delays and costs: medians of the rounds, with their range. */
import { median } from "../show/statistics.ts";
import { direct, floor } from "./contenders.ts";
import { markdownTable } from "./markdown.ts";
import type { Figures } from "./round.ts";
import type { Percentiles } from "./statistics.ts";

/** The rounds of each contender. */
export type Rounds = ReadonlyMap<string, readonly Figures[]>;

type Figure = (figures: Figures) => number;

/** NaN without rounds, or where the contender has no such figure. */
export const medianOf = (rounds: Rounds, name: string, of: Figure): number =>
  median((rounds.get(name) ?? []).map(of));

/** The median delay without a relay, which is no delay of a relay; 0 if it was not measured. */
const baseline = (rounds: Rounds, of: Figure): number => medianOf(rounds, direct, of) || 0;

/** The delay that a relay adds to a round trip, in ms. */
export const addedRoundTrip = (
  rounds: Rounds,
  name: string,
  percentile: keyof Percentiles,
): number =>
  medianOf(rounds, name, ({ roundTrip }) => roundTrip[percentile]) -
  baseline(rounds, ({ roundTrip }) => roundTrip.p50);

export const tablesOf = (rounds: Rounds): string =>
  [delayRows(rounds), costRows(rounds)].map((rows) => markdownTable(rows)).join("\n\n");

function delayRows(rounds: Rounds): string[][] {
  const header = [
    "added delay, ms",
    "up: p50 / p90 / p99 / max",
    "down: p50 / p90 / p99 / max",
    "round trip: p50",
    "p99",
    "connect → first frame up",
    "frames lost",
    "closed",
  ];
  const rows = [...rounds].map(([name, figures]) => [
    name,
    percentileCell(
      figures,
      ({ up }) => up,
      baseline(rounds, ({ up }) => up.p50),
    ),
    percentileCell(
      figures,
      ({ down }) => down,
      baseline(rounds, ({ down }) => down.p50),
    ),
    ...(["p50", "p99"] as const).map((percentile) => {
      const base = baseline(rounds, ({ roundTrip }) => roundTrip.p50);
      return cell(
        figures,
        ({ roundTrip }) => roundTrip[percentile] - base,
        percentile === "p50" ? 2 : 1,
      );
    }),
    cell(figures, ({ connectMs }) => connectMs, 1),
    cell(figures, ({ lost }) => lost, 0),
    cell(figures, ({ closed }) => Object.values(closed).reduce((sum, each) => sum + each, 0), 0),
  ]);
  return [header, ...rows];
}

function costRows(rounds: Rounds): string[][] {
  const header = [
    "cost",
    "processor, µs a frame",
    "frames/s",
    "wire up / down, kB/s a client",
    "memory idle / active, kB",
    "allocated, MB/s",
    "longest pause, ms",
    "peak heap, MB",
    "other programs",
  ];
  const rows = [...rounds].map(([name, figures]) => [
    name,
    `${cell(figures, ({ cpu }) => cpu, 0)}${ratioToFloor(rounds, name, ({ cpu }) => cpu)}`,
    number(median(figures.map((each) => each.framesPerSecond)), 0),
    pair(
      figures,
      ({ wire }) => wire.up / 1000,
      ({ wire }) => wire.down / 1000,
      1,
    ),
    pair(
      figures,
      ({ idleKB }) => idleKB,
      ({ activeKB }) => activeKB,
      0,
    ),
    cell(figures, ({ allocatedMBps }) => allocatedMBps, 1),
    cell(figures, ({ longestPauseMs }) => longestPauseMs, 1),
    cell(figures, ({ peakHeapMB }) => peakHeapMB, 0),
    `${number(100 * Math.max(...figures.map(({ foreign }) => foreign)), 0)} %`,
  ]);
  return [header, ...rows];
}

export const number = (value: number, digits: number): string =>
  Number.isFinite(value) ? value.toFixed(digits) : "–";

function cell(figures: readonly Figures[], of: Figure, digits: number): string {
  const values = figures.map(of).filter((value) => Number.isFinite(value));
  const range =
    values.length > 1
      ? ` (${number(Math.min(...values), digits)}–${number(Math.max(...values), digits)})`
      : "";
  return `${number(median(values), digits)}${range}`;
}

function percentileCell(
  figures: readonly Figures[],
  of: (figures: Figures) => Percentiles,
  base: number,
): string {
  const value = (name: keyof Percentiles): number =>
    median(figures.map((each) => of(each)[name])) - base;
  if (!Number.isFinite(value("p50"))) return "–";
  const digits = { p50: 2, p90: 2, p99: 1, max: 1 };
  return (["p50", "p90", "p99", "max"] as const)
    .map((name) => number(value(name), digits[name]))
    .join(" / ");
}

const pair = (figures: readonly Figures[], one: Figure, other: Figure, digits: number): string =>
  [one, other].map((of) => number(median(figures.map(of)), digits)).join(" / ");

function ratioToFloor(rounds: Rounds, name: string, of: Figure): string {
  const ratio = medianOf(rounds, name, of) / medianOf(rounds, floor, of);
  return name === floor || !Number.isFinite(ratio) ? "" : ` ×${ratio.toFixed(2)}`;
}
