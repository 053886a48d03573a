/** The figures of all contenders as a Markdown table: medians, and the ratio to the floor. */
import { median } from "../show/statistics.ts";
import type { Figures } from "./round.ts";

interface Row {
  readonly title: string;
  readonly of: (figures: Figures) => number;
  readonly digits?: number;
  /** The ratio to the floor is worth reading. */
  readonly compared?: true;
}

const rows: readonly Row[] = [
  { title: "processor time, µs a round trip", of: ({ cpu }) => cpu, compared: true },
  { title: "round trip p50, ms", of: ({ roundTrip }) => roundTrip.p50, digits: 2, compared: true },
  { title: "round trip p90, ms", of: ({ roundTrip }) => roundTrip.p90, digits: 2 },
  { title: "round trip p99, ms", of: ({ roundTrip }) => roundTrip.p99, digits: 1, compared: true },
  { title: "round trip, longest, ms", of: ({ roundTrip }) => roundTrip.max, digits: 1 },
  { title: "up p50, ms", of: ({ up }) => up.p50, digits: 2 },
  { title: "down p50, ms", of: ({ down }) => down.p50, digits: 2 },
  { title: "frames lost", of: ({ lost }) => lost },
  {
    title: "allocated, kB a round trip",
    of: ({ allocated }) => allocated / 1000,
    digits: 1,
    compared: true,
  },
  {
    title: "longest pause, ms",
    of: ({ longestPauseMs }) => longestPauseMs,
    digits: 1,
    compared: true,
  },
  { title: "peak heap, MB", of: ({ peakHeapMB }) => peakHeapMB, digits: 1, compared: true },
  { title: "memory idle, kB a conversation", of: ({ idleKB }) => idleKB, compared: true },
  { title: "memory active, kB a conversation", of: ({ activeKB }) => activeKB, compared: true },
  { title: "other programs, % of a processor", of: ({ foreign }) => foreign * 100 },
];

export function tableOf(
  figures: ReadonlyMap<string, readonly Figures[]>,
  baseline: string,
): string {
  const names = [...figures.keys()];
  const base = figures.get(baseline) ?? [];
  const lines = rows.map((row) => [
    row.title,
    ...names.map((name) => cell(row, figures.get(name) ?? [], name === baseline ? [] : base)),
  ]);
  const header = [`median`, ...names];
  return [header, header.map(() => "---"), ...lines]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
}

function cell(
  { of, digits = 0, compared }: Row,
  figures: readonly Figures[],
  base: readonly Figures[],
): string {
  const value = median(figures.map(of));
  const values = figures.map(of).filter((each) => Number.isFinite(each));
  const spread =
    values.length > 1
      ? ` (${Math.min(...values).toFixed(digits)}–${Math.max(...values).toFixed(digits)})`
      : "";
  const ratio = value / median(base.map(of));
  const compare = compared && Number.isFinite(ratio) ? ` ×${ratio.toFixed(2)}` : "";
  return `${value.toFixed(digits)}${spread}${compare}`;
}
