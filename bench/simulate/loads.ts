/** Compares the loads of a simulated scenario with the limits. */
import { conversation, limits, requests, type Limit, type Scenario } from "./assumptions.ts";
import type { Outcome } from "./simulation.ts";

type LimitName = keyof typeof limits;

export interface Load {
  readonly limit: Limit;
  readonly load: number;
  /** Of the limit; above 1 it is exceeded. */
  readonly share: number;
  /** Conversations at one time at which the limit is reached; undefined if it does not depend on their number. */
  readonly capacity: number | undefined;
}

/** @returns the loads, the one closest to its limit first. */
export function loadsOf(scenario: Scenario, outcome: Outcome): Load[] {
  const growing: LimitName[] = ["appDirectory", "appDirectoryAtDeploy", "sessions"];
  if (scenario.oneUser) growing.push("userDirectory");
  return Object.entries(amounts(scenario, outcome))
    .map(([key, load]) => {
      const name = key as LimitName;
      const share = load / limits[name].limit;
      const capacity = growing.includes(name) ? scenario.concurrent / share : undefined;
      return { limit: limits[name], load, share, capacity };
    })
    .toSorted((a, b) => b.share - a.share);
}

function amounts(
  { oneUser, listeners }: Scenario,
  { weight, joinsBySecond, writesBySecond, deployAt, peakSessions }: Outcome,
): Record<LimitName, number> {
  const reads = joinsBySecond.map((joins) => joins * requests.directoryReadsPerJoin);
  const ofDirectory = reads.map((count, second) => count + (writesBySecond[second] ?? 0));
  const calm = reads.slice(0, deployAt);
  return {
    // While the model speaks, every client acknowledges.
    conversationObject: 1 / conversation.frame + conversation.acksPerSecond * (1 + listeners),
    // A user of one conversation joins or ends a turn in a second.
    userDirectory: oneUser ? weight * largest(ofDirectory) : 1,
    appDirectory: (weight * sum(calm)) / calm.length,
    appDirectoryAtDeploy: weight * largest(reads),
    sessions: weight * peakSessions,
  };
}

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
const largest = (numbers: readonly number[]): number => numbers.reduce((a, b) => Math.max(a, b), 0);
