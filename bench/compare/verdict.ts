/** The targets, each with what was measured and whether that meets it. */
import { median } from "../show/statistics.ts";
import { adkPython, direct, floor, parleyOpus, parleyProtocols } from "./contenders.ts";
import { markdownTable } from "./markdown.ts";
import type { Figures } from "./round.ts";
import { addedRoundTrip, medianOf, type Rounds } from "./table.ts";
import type { Percentiles } from "./statistics.ts";

/** Measurements of a run; parts may be missing. */
export interface Results {
  /** By name of the work. */
  readonly works: ReadonlyMap<string, Rounds>;
  /** From the end of speech to the first reply audio, in ms, by contender. */
  readonly answers: ReadonlyMap<string, readonly number[]>;
}

export interface Verdict {
  readonly target: string;
  readonly limit: string;
  /** By protocol; undefined where it was not measured. */
  readonly found: Readonly<Record<string, Finding | undefined>>;
}

interface Finding {
  readonly text: string;
  readonly met: boolean;
}

type Protocol = (typeof parleyProtocols)[number] | typeof parleyOpus;

const none: Rounds = new Map();

/** A row for each target, in the order of the table. */
export function verdictsOf(results: Results): Verdict[] {
  return [
    ...["50x20", "50x100"].flatMap((work) => besideFloor(results, work)),
    ...["50x20", "50x100"].flatMap((work) => besideAdk(results, work, 0.5)),
    ...besideAdk(results, "1x20", 0.7),
    ...manyConversations(results, "150x100"),
    manyListeners(results),
    ...["50x20", "50x100"].flatMap((work) => bytesDown(results, work)),
    answerDelay(results),
  ];
}

export function verdictTable(verdicts: readonly Verdict[]): string {
  const rows = verdicts.map(({ target, limit, found }) => [
    target,
    limit,
    ...parleyProtocols.map((name) => {
      const finding = found[name];
      return finding ? `${finding.text} ${finding.met ? "met" : "**not met**"}` : "–";
    }),
  ]);
  return markdownTable([["target", "at most", ...parleyProtocols], ...rows]);
}

function besideFloor(results: Results, work: string): Verdict[] {
  const rounds = results.works.get(work) ?? none;
  const ratio = (target: string, limit: number, of: (figures: Figures) => number): Verdict =>
    verdict(`${work}, to the floor: ${target}`, `×${limit}`, (name) =>
      ratioFinding(medianOf(rounds, name, of), medianOf(rounds, floor, of), limit),
    );
  const delay = (percentile: keyof Percentiles, limit: number, orMs?: number): Verdict =>
    verdict(
      `${work}, to the floor: added round trip ${percentile}`,
      `×${limit}${orMs === undefined ? "" : ` or ${orMs} ms`}`,
      (name) => {
        const ms = addedRoundTrip(rounds, name, percentile);
        const finding = ratioFinding(ms, addedRoundTrip(rounds, floor, percentile), limit);
        if (!finding || orMs === undefined) return finding;
        return { text: `${finding.text} (${ms.toFixed(1)} ms)`, met: finding.met || ms <= orMs };
      },
    );
  return [
    ratio("processor time a frame", 1.25, ({ cpu }) => cpu),
    delay("p50", 1.25),
    delay("p99", 1.5, 5),
    ratio("allocated a frame", 1.5, ({ allocated }) => allocated),
    ratio("longest pause", 1.25, ({ longestPauseMs }) => longestPauseMs),
    ratio("peak heap", 1.25, ({ peakHeapMB }) => peakHeapMB),
  ];
}

function besideAdk(results: Results, work: string, limit: number): Verdict[] {
  const rounds = results.works.get(work) ?? none;
  const delay = (percentile: keyof Percentiles, most: number): Verdict =>
    verdict(`${work}, to ADK Python: added round trip ${percentile}`, `×${most}`, (name) =>
      ratioFinding(
        addedRoundTrip(rounds, name, percentile),
        addedRoundTrip(rounds, adkPython, percentile),
        most,
      ),
    );
  return [
    verdict(`${work}, to ADK Python: processor time a frame`, `×${limit}`, (name) =>
      ratioFinding(
        medianOf(rounds, name, ({ cpu }) => cpu),
        medianOf(rounds, adkPython, ({ cpu }) => cpu),
        limit,
      ),
    ),
    delay("p50", limit),
    delay("p99", 1),
  ];
}

function manyConversations(results: Results, work: string): Verdict[] {
  const rounds = results.works.get(work) ?? none;
  return [
    verdict(`${work}: frames lost`, "0", (name) =>
      finding(Math.max(...(rounds.get(name) ?? []).map(({ lost }) => lost)), 0, 0),
    ),
    verdict(`${work}: added round trip p99`, "25 ms", (name) =>
      finding(addedRoundTrip(rounds, name, "p99"), 25, 1, " ms"),
    ),
    verdict(`${work}, to the floor: memory of an active conversation`, "×1.25", (name) =>
      ratioFinding(
        medianOf(rounds, name, ({ activeKB }) => activeKB),
        medianOf(rounds, floor, ({ activeKB }) => activeKB),
        1.25,
      ),
    ),
  ];
}

function manyListeners({ works }: Results): Verdict {
  const cpu = (work: string, name: string): number =>
    medianOf(works.get(work) ?? none, name, (figures) => figures.cpu);
  return verdict("50 listeners, to one: processor time a delivered frame", "×0.35", (name) =>
    ratioFinding(cpu("listeners-50", name), cpu("listeners-1", name), 0.35),
  );
}

function bytesDown({ works }: Results, work: string): Verdict[] {
  const rounds = works.get(work) ?? none;
  const bytes = (name: string): number => medianOf(rounds, name, ({ wire }) => wire.down);
  const row = (contender: Protocol, limit: number): Verdict => ({
    target: `${work}, to the Live API: bytes down by ${contender}`,
    limit: `×${limit}`,
    found: { "parley.v1": ratioFinding(bytes(contender), bytes("Live API"), limit) },
  });
  return [row("parley.v1", 0.76), row(parleyOpus, 0.15)];
}

/** Within a round all questions begin at the same place of a step and of a frame: their differences vary less than they do. */
function answerDelay({ answers }: Results): Verdict {
  const without = answers.get(direct) ?? [];
  const added = (name: string): number[] =>
    (answers.get(name) ?? []).map((ms, round) => ms - (without[round] ?? Number.NaN));
  return verdict("end of speech → first reply audio, minus direct", "10 ms", (name) =>
    finding(median(added(name)), 10, 1, " ms"),
  );
}

const verdict = (
  target: string,
  limit: string,
  find: (name: Protocol) => Finding | undefined,
): Verdict => ({
  target,
  limit,
  found: Object.fromEntries(parleyProtocols.map((name) => [name, find(name)])),
});

const ratioFinding = (value: number, base: number, limit: number): Finding | undefined =>
  finding(value / base, limit, 2, "", "×");

/** @returns undefined where nothing was measured. */
const finding = (
  value: number,
  limit: number,
  digits: number,
  unit = "",
  sign = "",
): Finding | undefined =>
  Number.isFinite(value)
    ? { text: `${sign}${value.toFixed(digits)}${unit}`, met: value <= limit }
    : undefined;
