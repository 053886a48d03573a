/** The parts of `npm run bench` that decide what its figures say. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { heapFigures, readCollection } from "../../bench/compare/collections.ts";
import { markdownTable } from "../../bench/compare/markdown.ts";
import { clickNoise, Clicks, isClick, noise } from "../../bench/compare/noise.ts";
import { readOptions } from "../../bench/compare/options.ts";
import type { Figures } from "../../bench/compare/round.ts";
import { stampBase64, stampInBase64, stampOf, stampPcm } from "../../bench/compare/stamp.ts";
import { percentiles } from "../../bench/compare/statistics.ts";
import { tablesOf, type Rounds } from "../../bench/compare/table.ts";
import { verdictsOf, verdictTable } from "../../bench/compare/verdict.ts";
import { Libopus } from "../../src/protocols/parley-v1/libopus.ts";
import { fromMulaw, toMulaw } from "../../src/wire/mulaw.ts";
import { toBase64 } from "../../src/wire/base64.ts";

const libopusFile = new URL("../../src/protocols/parley-v1/libopus.wasm", import.meta.url);

const even = (ms: number) => percentiles([ms]);

/** A round in which all is quiet. */
const figures = (some: Partial<Figures>): Figures => ({
  cpu: 100,
  framesPerSecond: 5000,
  up: even(1),
  down: even(1),
  roundTrip: even(2),
  lost: 0,
  skippedMs: 0,
  closed: {},
  connectMs: 3,
  wire: { up: 33_000, down: 49_000 },
  allocated: 1000,
  allocatedMBps: 5,
  longestPauseMs: 10,
  peakHeapMB: 20,
  idleKB: 300,
  activeKB: 1000,
  foreign: 0,
  ...some,
});

const rounds = (all: Record<string, Partial<Figures>[]>): Rounds =>
  new Map(Object.entries(all).map(([name, each]) => [name, each.map(figures)]));

const found = (works: Record<string, Rounds>, target: string, answers = {}) => {
  const results = {
    works: new Map(Object.entries(works)),
    answers: new Map(Object.entries(answers)) as ReadonlyMap<string, readonly number[]>,
  };
  const verdict = verdictsOf(results).find((each) => each.target === target);
  if (!verdict) throw new Error(`no target ${target}`);
  return verdict.found;
};

describe("[BENCH1] the targets", () => {
  it("compare the medians of the rounds with the floor's", () => {
    const work = rounds({
      floor: [{ cpu: 90 }, { cpu: 100 }, { cpu: 500 }],
      ADK: [{ cpu: 125 }, { cpu: 124 }, { cpu: 900 }],
      "parley.v1": [{ cpu: 126 }],
    });
    const cpu = found({ "50x20": work }, "50x20, to the floor: processor time a frame");
    expect(cpu["ADK"]).toEqual({ text: "×1.25", met: true });
    expect(cpu["parley.v1"]).toEqual({ text: "×1.26", met: false });
    expect(cpu["Live API"]).toBeUndefined();
  });

  it("compare delays without that of the bench itself, and take a short one as met", () => {
    const work = rounds({
      direct: [{ roundTrip: even(1) }],
      floor: [{ roundTrip: even(2) }],
      ADK: [{ roundTrip: even(5.9) }],
      "parley.v1": [{ roundTrip: even(6.1) }],
    });
    const p99 = found({ "50x100": work }, "50x100, to the floor: added round trip p99");
    expect(p99["ADK"]).toEqual({ text: "×4.90 (4.9 ms)", met: true });
    expect(p99["parley.v1"]).toMatchObject({ met: false });
    const p50 = found({ "50x100": work }, "50x100, to the floor: added round trip p50");
    expect(p50["ADK"]).toMatchObject({ met: false });
  });

  it("allow no lost frame in any round", () => {
    const work = rounds({ "parley.v1": [{}, {}, { lost: 1 }], ADK: [{}, {}, {}] });
    const lost = found({ "150x100": work }, "150x100: frames lost");
    expect(lost["parley.v1"]).toEqual({ text: "1", met: false });
    expect(lost["ADK"]).toEqual({ text: "0", met: true });
  });

  it("compare fifty listeners with one, bytes with the Live API's, answers with none between", () => {
    const one = rounds({ "parley.v1": [{ cpu: 100 }] });
    const fifty = rounds({ "parley.v1": [{ cpu: 34 }] });
    const listeners = "50 listeners, to one: processor time a delivered frame";
    expect(found({ "listeners-1": one, "listeners-50": fifty }, listeners)["parley.v1"]).toEqual({
      text: "×0.34",
      met: true,
    });
    const work = rounds({
      "parley.v1": [{ wire: { up: 0, down: 77 } }],
      "Live API": [{ wire: { up: 0, down: 100 } }],
    });
    const bytes = found({ "50x20": work }, "50x20, to the Live API: bytes down by parley.v1");
    expect(bytes["parley.v1"]).toEqual({ text: "×0.77", met: false });
    // Round by round 9, 2 and 80 ms more; the medians differ by 2.
    const answers = { direct: [1100, 1210, 1220], ADK: [1109, 1212, 1300] };
    const delay = found({}, "end of speech → first reply audio, minus direct", answers);
    expect(delay["ADK"]).toEqual({ text: "9.0 ms", met: true });
  });

  it("have a dash where nothing was measured", () => {
    const table = verdictTable(verdictsOf({ works: new Map(), answers: new Map() }));
    const [, , ...lines] = table.split("\n");
    expect(lines.length).toBeGreaterThan(20);
    for (const line of lines) expect(line).toMatch(/\| – +\| – +\| – +\|$/);
  });

  it("stand in tables of equal columns, with the range of the rounds", () => {
    const tables = tablesOf(rounds({ floor: [{ lost: 0 }, { lost: 3 }, { lost: 2 }] }));
    expect(tables).toContain("2 (0–3)");
    expect(
      markdownTable([
        ["a", "b"],
        ["long cell", "×"],
      ]),
    ).toBe("| a         | b   |\n| --------- | --- |\n| long cell | ×   |");
  });

  it("count what V8 says that it collected", () => {
    const lines = [
      "[12:0x1]     45 ms: Scavenge 4.0 (4.8) -> 3.5 (5.8) MB, pooled: 0.0 MB, 0.50 / 0.00 ms  (average mu = 1.000) task;",
      "[12:0x1]    145 ms: Mark-Compact 5.5 (8.0) -> 2.0 (8.0) MB, 12.25 / 0.00 ms  (average mu = 1.000) finalize;",
    ].map(readCollection);
    const collections = lines.flatMap((line) => line ?? []);
    expect(heapFigures(collections)).toEqual({
      allocatedMB: 2,
      longestPauseMs: 12.25,
      peakHeapMB: 5.5,
    });
    expect(heapFigures(undefined).peakHeapMB).toBeNaN();
  });
});

describe("[BENCH2] the time of a frame's sending", () => {
  const stamp = { client: 123_456_789, upstream: 987_654_321 };

  it("is read from PCM and from base64", () => {
    const pcm = noise(640);
    expect(stampOf(pcm)).toBeUndefined();
    expect(stampInBase64(toBase64(pcm), 0)).toBeUndefined();
    const stamped = stampBase64(toBase64(pcm), stamp);
    expect(stampInBase64(`"data":"${stamped}"`, 8)).toEqual(stamp);
    stampPcm(pcm, stamp);
    expect(stampOf(pcm)).toEqual(stamp);
    expect(toBase64(pcm)).toBe(stamped);
  });

  it("is that of the last click in audio that loses its stamps, once", () => {
    const clicks = new Clicks();
    expect(clicks.heard()).toBeUndefined();
    const loud = Array.from({ length: 100 }, () => clicks.next());
    expect(loud.filter(Boolean)).toHaveLength(2);
    expect(clicks.heard()?.client).toBeGreaterThan(0);
    expect(clicks.heard()).toBeUndefined();
  });

  const made = [
    ["noise", noise, false],
    ["a click", clickNoise, true],
  ] as const;

  it.each(made)("knows %s after µ-law", (_, make, expected) => {
    const samples = Float32Array.from(new Int16Array(make(320).buffer), (each) => each / 32_768);
    const heard = fromMulaw(toMulaw(samples)).map((each) => each * 32_768);
    expect(isClick(heard)).toBe(expected);
  });

  it.each(made)("knows %s after Opus", (_, make, expected) => {
    const libopus = new Libopus(new WebAssembly.Module(readFileSync(libopusFile)));
    for (const rate of [16_000, 24_000]) {
      const encoder = libopus.createEncoder({ rate, bitrate: 32_000, complexity: 4 });
      const decoder = libopus.createDecoder(rate);
      for (let i = 0; i < 50; i++) {
        const pcm = decoder.decode(encoder.encode(make(rate / 25)));
        expect(pcm && isClick(new Int16Array(pcm.buffer))).toBe(expected);
      }
    }
  });
});

describe("[BENCH4] the command line", () => {
  it("chooses works and contenders", () => {
    const { works, only, answers } = readOptions(["--works=50x20,answer", "--only=floor,ADK"]);
    expect(works.map(({ name }) => name)).toEqual(["50x20"]);
    expect([only, answers]).toEqual([["floor", "ADK"], 10]);
    expect(readOptions(["--quick"]).works.every(({ quick }) => quick)).toBe(true);
    expect(readOptions([]).rounds).toBeGreaterThanOrEqual(5);
  });

  it("takes a longer warm-up, in seconds", () => {
    const { length } = readOptions(["--warm-up=40"]);
    expect(length).toEqual({ ...readOptions([]).length, warmUpMs: 40_000 });
  });

  it.each([
    ["--only=flor", /"flor" is none of direct, floor/],
    ["--works=50x21", /"50x21" is none of 50x20/],
    ["--rounds=0", /--rounds=0 is no number of rounds/],
    ["--warm-up=long", /--warm-up=long is no number of seconds/],
    ["--fast", /--fast/],
    ["--write --only=floor", /--write replaces all tables/],
    ["--write --works=50x20,answer", /--write replaces all tables/],
  ])("refuses %s", (line, reason) => {
    expect(() => readOptions(line.split(" "))).toThrow(reason);
  });
});
