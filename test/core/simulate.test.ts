/** The simulation: repeatable, and nothing in it appears or vanishes. */
import { describe, expect, it } from "vitest";
import { conversation, limits, type Scenario } from "../../bench/simulate/assumptions.ts";
import { EventQueue } from "../../bench/simulate/event-queue.ts";
import { loadsOf } from "../../bench/simulate/loads.ts";
import { plot } from "../../bench/simulate/plot.ts";
import { exponential, seededRandom } from "../../bench/simulate/random.ts";
import { simulate } from "../../bench/simulate/simulation.ts";

const many: Scenario = { name: "many", concurrent: 1000, oneUser: true, listeners: 0 };
const outcome = simulate(many, 1);

describe("[COST4] the simulation", () => {
  it("repeats itself by its seed, and only by it", () => {
    expect(simulate(many, 1)).toEqual(outcome);
    expect(simulate(many, 2)).not.toEqual(outcome);
  });

  it("loses no conversation: those there at first and those that arrived have left, or are there", () => {
    expect(outcome.atStart + outcome.arrived).toBe(outcome.left + outcome.atEnd);
    expect(outcome.arrived).toBeGreaterThan(0);
  });

  it("loses no session: each that was opened was closed, or is open", () => {
    expect(outcome.sessionsOpened).toBe(outcome.sessionsClosed + outcome.sessionsAtEnd);
    expect(outcome.goAways).toBeGreaterThan(0);
  });

  it("keeps Little's law: the number at one time is rate times length", () => {
    const mean = outcome.conversationSeconds / outcome.window;
    const rate = outcome.arrived / outcome.window;
    expect(mean / (rate * conversation.meanLength)).toBeGreaterThan(0.9);
    expect(mean / (rate * conversation.meanLength)).toBeLessThan(1.1);
  });

  it("has a session only while the object is in memory, and memory only within a conversation", () => {
    expect(outcome.sessionSeconds).toBeLessThan(outcome.memorySeconds);
    expect(outcome.memorySeconds).toBeLessThan(outcome.conversationSeconds);
    expect(outcome.peakSessions).toBeLessThanOrEqual(outcome.atStart + outcome.arrived);
  });

  it("counts every join in its second: arrivals, and clients whose object a deploy ended", () => {
    const counted = outcome.joinsBySecond.reduce((a, b) => a + b, 0);
    expect(counted).toBe(outcome.joins);
    const { forced } = outcome.restarts;
    expect(outcome.joins - outcome.arrived).toBeLessThanOrEqual(forced);
    expect(outcome.joins - outcome.arrived).toBeGreaterThan(0.99 * forced);
  });

  it("restarts at the deadline of a deploy, within one second, all that did not hibernate", () => {
    const after = outcome.joinsBySecond.slice(outcome.deployAt + 300, outcome.deployAt + 302);
    expect(after.reduce((a, b) => a + b, 0)).toBeGreaterThan(0.99 * outcome.restarts.forced);
    expect(outcome.restarts.hibernated).toBeGreaterThan(0);
  });

  it("stands for a million conversations by a sample of the same shares", () => {
    const scenario = { ...many, concurrent: 1_000_000, oneUser: false };
    const million = simulate(scenario, 1);
    expect(million.weight * million.atStart).toBe(1_000_000);
    const shareOf = (each: typeof outcome): number => each.memorySeconds / each.conversationSeconds;
    expect(Math.abs(shareOf(million) - shareOf(outcome))).toBeLessThan(0.03);
    const [first] = loadsOf(scenario, million);
    expect(first?.share).toBeGreaterThan(1);
    // It computes for seconds on a busy machine.
  }, 30_000);
});

it("[COST4] finds the number of conversations at which a limit is reached", () => {
  const loads = loadsOf(many, outcome);
  const sessions = loads.find(({ limit }) => limit === limits.sessions);
  expect(sessions?.capacity).toBeCloseTo(1_000_000 / outcome.peakSessions, 6);
  const object = loads.find(({ limit }) => limit === limits.conversationObject);
  expect(object).toMatchObject({ load: 29, capacity: undefined });
});

it("[COST4] takes events by time, and of one time in their order", () => {
  const queue = new EventQueue<string>();
  const random = seededRandom(3);
  const times = Array.from({ length: 500 }, () => Math.floor(random() * 50));
  times.forEach((at, n) => queue.add(at, `${at}.${n}`));
  const expected = times
    .map((at, n) => ({ at, n }))
    .toSorted((a, b) => a.at - b.at || a.n - b.n)
    .map(({ at, n }) => `${at}.${n}`);
  expect(times.map(() => queue.take()?.event)).toEqual(expected);
  expect(queue.take()).toBeUndefined();
});

it("[COST4] draws times around their mean", () => {
  const random = seededRandom(7);
  const times = Array.from({ length: 20_000 }, () => exponential(random, 10));
  expect(times.reduce((a, b) => a + b, 0) / times.length).toBeCloseTo(10, 0);
});

it("[COST4] draws a line for each curve, and the limit", () => {
  const curve = {
    name: "a < b",
    points: [
      { x: 1, y: 0.1 },
      { x: 10, y: 1 },
    ],
  };
  const svg = plot("title", [curve], { least: 0, most: 1 }, { least: -1, most: 1 });
  expect(svg).toContain("a &lt; b");
  expect(svg).toContain(">limit</text>");
  expect(svg.match(/stroke-width="2.5"/g)).toHaveLength(2);
});
