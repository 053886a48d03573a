/**
 * Budgets: how much of one is used, of what receipts cost (src/wire/receipt.ts) and of minutes.
 *
 *     receipt ─► spending ─► share of the limits
 */
import {
  noTokens,
  priceOf,
  sumOf,
  type TokenCounts,
  type TokenPrices,
} from "../../wire/receipt.ts";
import { clientError, type ClientError } from "../errors.ts";
import { audioTokensPerMs } from "./sent-input.ts";

/** Of money, of the time that clients are connected, and of the model's tokens, in and out. */
export interface Spending {
  readonly usd: number;
  readonly ms: number;
  readonly tokens: number;
}

/** A field that is absent has no limit. */
export interface SpendingLimits {
  readonly usd?: number | undefined;
  readonly minutes?: number | undefined;
  readonly tokens?: number | undefined;
}

/** The budget of every conversation and user. A token's claim limits further. */
export interface BudgetSettings {
  readonly conversation: SpendingLimits;
  /** Of all conversations of a user, on a day of UTC. */
  readonly day: SpendingLimits;
}

/** @param env the settings, as numbers. */
export const budgetSettings = (
  env: Readonly<Partial<Record<BudgetSettingName, number | undefined>>>,
): BudgetSettings => ({
  conversation: {
    usd: env.BUDGET_USD_PER_CONVERSATION,
    minutes: env.BUDGET_MINUTES_PER_CONVERSATION,
  },
  day: { usd: env.BUDGET_USD_PER_USER_PER_DAY },
});

type BudgetSettingName =
  | "BUDGET_USD_PER_CONVERSATION"
  | "BUDGET_MINUTES_PER_CONVERSATION"
  | "BUDGET_USD_PER_USER_PER_DAY";

/** The owner of a budget. `day`: of a user, on a day of UTC. */
export type BudgetScope = "conversation" | "day" | "token";

/** The part of a budget that is used: 1 is all of it. */
export interface BudgetUse {
  readonly share: number;
  /** The limit of which the largest share is used. */
  readonly of: keyof SpendingLimits;
}

/** Clients are warned from this share on. */
const warningShare = 0.8;

export const nothingSpent: Spending = { usd: 0, ms: 0, tokens: 0 };

export const addSpending = (one: Spending, other: Spending): Spending => ({
  usd: one.usd + other.usd,
  ms: one.ms + other.ms,
  tokens: one.tokens + other.tokens,
});

export const isNothing = ({ usd, ms, tokens }: Spending): boolean =>
  usd === 0 && ms === 0 && tokens === 0;

/** Undefined if there is no limit. */
export function budgetUse(spent: Spending, limits: SpendingLimits): BudgetUse | undefined {
  const used = { usd: spent.usd, minutes: spent.ms / 60_000, tokens: spent.tokens };
  const uses = limitNames.flatMap((of) => {
    const limit = limits[of];
    return limit === undefined ? [] : { of, share: used[of] / limit };
  });
  return uses.toSorted((a, b) => b.share - a.share)[0];
}

const limitNames = ["usd", "minutes", "tokens"] as const;

/** Whether all of a budget is used, or so much that clients are warned. */
export function budgetLevel(use: BudgetUse | undefined): "within" | "warning" | "spent" {
  if (!use || use.share < warningShare) return "within";
  return use.share < 1 ? "warning" : "spent";
}

/** How long clients may stay connected until the next level, in ms; Infinity if there is none, or no minutes are limited. */
export function msToNextLevel({ ms }: Spending, { minutes }: SpendingLimits): number {
  if (minutes === undefined) return Infinity;
  const limit = minutes * 60_000;
  if (ms >= limit) return Infinity;
  return ms < limit * warningShare ? limit * warningShare - ms : limit - ms;
}

/** @param prices of the model that wrote the receipt. */
export const spendingOf = (counts: TokenCounts, prices: TokenPrices): Spending => ({
  usd: priceOf(counts, prices),
  ms: 0,
  tokens: sumOf(counts),
});

/**
 * What an answer is taken to have cost whose receipt will not come.
 * @param audioMs of the answer. @param before the newest receipt of the same context. @param since input that was sent since.
 */
export const estimatedCounts = (
  audioMs: number,
  before: TokenCounts,
  since: TokenCounts,
): TokenCounts => ({
  ...noTokens,
  textIn: before.textIn + since.textIn,
  audioIn: before.audioIn + since.audioIn,
  imageIn: before.imageIn + since.imageIn,
  otherIn: before.otherIn,
  audioOut: Math.ceil(audioMs * audioTokensPerMs),
});

/** @returns the input of `counts` without that of `before`. */
export const inputSince = (counts: TokenCounts, before: TokenCounts): TokenCounts => ({
  ...noTokens,
  textIn: counts.textIn - before.textIn,
  audioIn: counts.audioIn - before.audioIn,
  imageIn: counts.imageIn - before.imageIn,
});

/** The first ms of the next day of UTC. @param now in ms since the epoch. */
export const nextDay = (now: number): number => (dayOf(now) + 1) * dayMs;

/** The number of a day of UTC. @param now in ms since the epoch. */
export const dayOf = (now: number): number => Math.floor(now / dayMs);

const dayMs = 24 * 60 * 60_000;

/** All of a budget is used. */
export const budgetSpent = (scope: BudgetScope, of: BudgetUse["of"]): ClientError =>
  clientError(
    "BUDGET_SPENT",
    `${owners[scope]} is used up (${limitWords[of]}). ${remedies[scope]}`,
  );

/** It cannot be said whether a budget is used. */
export const budgetUnknown = (): ClientError =>
  clientError(
    "BUDGET_UNKNOWN",
    "The server could not read how much of the budget is left, and lets no one spend it now. What was said is kept; try again in a minute.",
  );

const owners: Readonly<Record<BudgetScope, string>> = {
  conversation: "The budget of this conversation",
  day: "Today's budget of this user",
  token: "The budget of this token",
};

const limitWords = { usd: "money", minutes: "minutes", tokens: "tokens" } as const;

const remedies: Readonly<Record<BudgetScope, string>> = {
  conversation: "What was said is kept; begin another conversation.",
  day: "What was said is kept; come back tomorrow (UTC).",
  token: "What was said is kept; ask for another token.",
};

/** The model gets it: its answer is the last that the clients hear. */
export const goodbyePrompt =
  "[The budget of this conversation is used up, and it ends after your next words. Say a short goodbye in one sentence. Call no tool.]";
