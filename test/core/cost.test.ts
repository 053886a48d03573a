/** The cost model against sums that can be made by hand. */
import { expect, it } from "vitest";
import { behaviour, costOf, defaultWork, type Cost, type Work } from "../../bench/cost/model.ts";
import { readWork } from "../../bench/cost/options.ts";
import { cloudflare, google } from "../../bench/cost/prices.ts";

const cost = (work: Partial<Work>): Cost => costOf({ ...defaultWork, ...work }, cloudflare, google);
const row = ({ relay, model }: Cost, name: string) => {
  const found = [...relay, ...model].find((each) => each.name === name);
  if (!found) throw new Error(`no row ${name}`);
  return found;
};

it("[COST1] bills the duration above the allowance: 100,000 minutes are 768,000 GB-s", () => {
  const duration = row(cost({ minutes: 100_000 }), "object duration");
  expect(duration.quantity).toBeCloseTo(768_000, 6);
  expect(duration.billed).toBeCloseTo(368_000, 6);
  expect(duration.usd).toBeCloseTo(4.6, 6);
});

it("[COST1] bills one request for twenty incoming messages, and none for outgoing ones", () => {
  const silent = { answer: 0, minutes: 100_000, turnsPerMinute: 0.1 };
  const at40 = row(cost({ ...silent, frame: 40 }), "object requests").quantity;
  const at100 = row(cost({ ...silent, frame: 100 }), "object requests").quantity;
  // 1,500 and 600 frames a minute.
  expect(at40 - at100).toBeCloseTo((100_000 * (1500 - 600)) / 20, 6);
});

it("[COST1] counts of a listener its joins and acknowledgements alone", () => {
  const [alone, ten] = [cost({ listeners: 0 }), cost({ listeners: 10 })];
  expect(row(ten, "object duration").usd).toBe(row(alone, "object duration").usd);
  expect(ten.modelUsd).toBe(alone.modelUsd);
  const spoken = defaultWork.minutes * 60 * defaultWork.answer;
  expect(row(ten, "object requests").quantity - row(alone, "object requests").quantity).toBeCloseTo(
    (10 * spoken * behaviour.acksPerSecond) / 20 + 10 * 10_000 * behaviour.joinRequests,
    4,
  );
});

it("[COST1] costs no duration, frame or sound while the conversation is parked", () => {
  const [open, parked] = [cost({ parked: 0 }), cost({ parked: 1 })];
  expect(row(open, "object duration").quantity).toBeGreaterThan(0);
  expect(row(parked, "object duration").quantity).toBe(0);
  expect(row(parked, "audio in, heard for the first time").quantity).toBe(0);
});

it("[COST2] bills the whole context again at each turn: an arithmetic series", () => {
  // One conversation of 40 turns of 15 s; each adds 15 × 25 × (0.3 + 0.3) = 225 tokens.
  const one = cost({ minutes: 10, length: 10, turnsPerMinute: 4 });
  expect(row(one, "context again: audio").quantity).toBeCloseTo((225 * 40 * 39) / 2, 6);
  expect(row(one, "context again: instruction").quantity).toBe(500 * 40);
  expect(row(one, "audio in, heard for the first time").quantity).toBeCloseTo(
    10 * 60 * 0.3 * 25,
    6,
  );
  expect(one.finalContext).toBeCloseTo(500 + 225 * 40, 6);
});

it("[COST2] bills a minute of open microphone $0.0045, and a minute of speech $0.018", () => {
  const one = cost({ minutes: 1, length: 1, gate: false, answer: 1 });
  expect(row(one, "audio in, heard for the first time").usd).toBeCloseTo(0.0045, 9);
  expect(row(one, "audio out").usd).toBeCloseTo(0.018, 9);
});

it("[COST2] sends no silence to the model while the gate is on", () => {
  const heard = (gate: boolean): number =>
    row(cost({ gate, silence: 0.8 }), "audio in, heard for the first time").quantity;
  expect(heard(true)).toBeCloseTo(0.2 * heard(false), 4);
});

it("[COST2] never bills a turn more context than the trigger of the compression", () => {
  const work = { minutes: 60, length: 60, trigger: 4000, target: 2000 };
  const [free, cut] = [cost({ ...work, trigger: 0 }), cost(work)];
  const turns = 60 * defaultWork.turnsPerMinute;
  expect(row(cut, "context again: audio").quantity).toBeLessThan(4000 * turns);
  expect(cut.finalContext).toBeLessThanOrEqual(4000);
  expect(row(cut, "context again: audio").usd).toBeLessThan(
    row(free, "context again: audio").usd / 5,
  );
});

it("[COST2] bills thinking tokens and transcripts as text output", () => {
  const one = cost({ minutes: 1, length: 1, thinking: 100, silence: 0, answer: 1 });
  expect(row(one, "thinking").usd).toBeCloseTo((100 * 4 * 4.5) / 1e6, 12);
  // Two voices of 200 tokens a minute.
  expect(row(one, "transcripts").usd).toBeCloseTo((400 * 4.5) / 1e6, 12);
});

it.each([
  ["--minuets=5", "is no option"],
  ["--silence=1.5", "from 0 to 1"],
  ["--frame=", "from 10 to 1000"],
  ["--gate=maybe", "true or false"],
  ["--target=5000 --trigger=4000", "below --trigger"],
])("[COST3] refuses %s in one sentence", (args, words) => {
  expect(() => readWork(args.split(" "))).toThrow(words);
});

it("[COST3] reads options over the defaults", () => {
  expect(readWork(["--minutes=5", "--gate=false"])).toEqual({
    ...defaultWork,
    minutes: 5,
    gate: false,
  });
});
