/**
 * Budgets: what a receipt of the model's service (`usageMetadata`) costs, and how much of a budget is used.
 *
 *     receipt ─► less what an earlier receipt of the turn has counted ─► × prices ─► spending ─► share of the limits
 */
import type { ServerMessage } from "../../wire/live-api.ts";
import { clientError, type ClientError } from "../errors.ts";
import type { ModelPrices } from "../live-api/prices.ts";

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

/** What every conversation and user may use up. A token's claim limits further. */
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

/** Whose budget it is. `day`: of a user, on a day of UTC. */
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

/** The tokens that a receipt counts. Of the modalities of each direction; `other` has none that is known. */
export interface TokenCounts {
  readonly textIn: number;
  readonly audioIn: number;
  readonly imageIn: number;
  readonly otherIn: number;
  readonly textOut: number;
  readonly audioOut: number;
  readonly otherOut: number;
  /** In no field of the receipt but its total. */
  readonly other: number;
}

type Receipt = NonNullable<ServerMessage["usageMetadata"]>;

/**
 * Reads a receipt. Its prompt is the whole context of the turn, which the service bills again each turn. Cached tokens are
 * part of it: Google publishes no lower price for Live models. Lists that do not add up leave a rest, which counts as well.
 * A count that is no positive number is none.
 */
export function readReceipt(receipt: Receipt): TokenCounts {
  const fields: ReceiptFields = receipt;
  const prompt = listed(fields.promptTokensDetails);
  const toolPrompt = listed(fields.toolUsePromptTokensDetails);
  // Vertex calls the response "candidates".
  const response = listed(fields.responseTokensDetails ?? fields.candidatesTokensDetails);
  const promptCount = Math.max(count(fields.promptTokenCount), prompt.all);
  const toolCount = Math.max(count(fields.toolUsePromptTokenCount), toolPrompt.all);
  const responseField = fields.responseTokenCount ?? fields.candidatesTokenCount;
  const responseCount = Math.max(count(responseField), response.all);
  const thoughts = count(fields.thoughtsTokenCount);
  const explained = promptCount + toolCount + responseCount + thoughts;
  const input = (modality: keyof Modalities): number => prompt[modality] + toolPrompt[modality];
  return {
    textIn: input("text"),
    audioIn: input("audio"),
    imageIn: input("image"),
    otherIn: promptCount + toolCount - input("text") - input("audio") - input("image"),
    textOut: response.text + thoughts,
    audioOut: response.audio,
    otherOut: responseCount - response.text - response.audio,
    other: Math.max(0, count(fields.totalTokenCount) - explained),
  };
}

/**
 * What a receipt adds to the one before it in the same turn. The service may send a receipt again as the answer grows: its
 * input is then the same, and its output not smaller. Any other is a receipt of its own, such as after a tool call.
 */
export function newTokens(counts: TokenCounts, before: TokenCounts | undefined): TokenCounts {
  if (!before || !refines(counts, before)) return counts;
  return {
    textIn: 0,
    audioIn: 0,
    imageIn: 0,
    otherIn: 0,
    textOut: counts.textOut - before.textOut,
    audioOut: counts.audioOut - before.audioOut,
    otherOut: counts.otherOut - before.otherOut,
    other: counts.other - before.other,
  };
}

const refines = (counts: TokenCounts, before: TokenCounts): boolean =>
  inputs.every((name) => counts[name] === before[name]) &&
  outputs.every((name) => counts[name] >= before[name]);

const inputs = ["textIn", "audioIn", "imageIn", "otherIn"] as const;
const outputs = ["textOut", "audioOut", "otherOut", "other"] as const;

/** Tokens whose kind is not known cost the dearest of their direction; of no direction, the dearest of all. */
export function spendingOf(counts: TokenCounts, prices: ModelPrices): Spending {
  const dearestIn = Math.max(prices.textIn, prices.audioIn, prices.imageIn);
  const dearestOut = Math.max(prices.textOut, prices.audioOut);
  const usd =
    counts.textIn * prices.textIn +
    counts.audioIn * prices.audioIn +
    counts.imageIn * prices.imageIn +
    counts.otherIn * dearestIn +
    counts.textOut * prices.textOut +
    counts.audioOut * prices.audioOut +
    counts.otherOut * dearestOut +
    counts.other * Math.max(dearestIn, dearestOut);
  return {
    usd,
    ms: 0,
    tokens: [...inputs, ...outputs].reduce((sum, name) => sum + counts[name], 0),
  };
}

/** The service's JSON, which is not validated. */
interface ReceiptFields {
  readonly promptTokenCount?: unknown;
  readonly promptTokensDetails?: unknown;
  readonly toolUsePromptTokenCount?: unknown;
  readonly toolUsePromptTokensDetails?: unknown;
  readonly responseTokenCount?: unknown;
  readonly responseTokensDetails?: unknown;
  readonly candidatesTokenCount?: unknown;
  readonly candidatesTokensDetails?: unknown;
  readonly thoughtsTokenCount?: unknown;
  readonly totalTokenCount?: unknown;
}

interface Modalities {
  readonly text: number;
  readonly audio: number;
  readonly image: number;
  readonly all: number;
}

const modalities: Readonly<Record<string, "text" | "audio" | "image">> = {
  TEXT: "text",
  DOCUMENT: "text",
  AUDIO: "audio",
  IMAGE: "image",
  VIDEO: "image",
};

function listed(details: unknown): Modalities {
  const sums = { text: 0, audio: 0, image: 0, all: 0 };
  for (const entry of Array.isArray(details) ? (details as unknown[]) : []) {
    const { modality, tokenCount } = Object(entry) as { modality?: unknown; tokenCount?: unknown };
    const name = typeof modality === "string" && Object.hasOwn(modalities, modality) && modality;
    const kind = name === false ? undefined : modalities[name];
    if (kind) sums[kind] += count(tokenCount);
    sums.all += count(tokenCount);
  }
  return sums;
}

const count = (value: unknown): number =>
  typeof value === "number" && Number.isFinite(value) && value > 0 ? value : 0;

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
