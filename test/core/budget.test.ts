import { describe, expect, it } from "vitest";
import { gemini38LivePrices, pricesOf, type ModelPrices } from "../../src/core/live-api/prices.ts";
import {
  budgetLevel,
  budgetSpent,
  budgetUse,
  dayOf,
  msToNextLevel,
  nextDay,
  nothingSpent,
  spendingOf,
  type BudgetScope,
} from "../../src/core/policy/budget.ts";
import { newTokens, readReceipt } from "../../src/wire/receipt.ts";

/** USD for a million tokens: each sum names its prices. */
const prices: ModelPrices = {
  ...gemini38LivePrices,
  textIn: 1,
  audioIn: 10,
  imageIn: 2,
  textOut: 100,
  audioOut: 1_000,
};

const list = (counts: Record<string, unknown>) =>
  Object.entries(counts).map(([modality, tokenCount]) => ({ modality, tokenCount })) as never;

const spent = (receipt: object) => spendingOf(readReceipt(receipt), prices);

describe("[BUDGET1] a receipt costs what its tokens cost, by direction and modality", () => {
  it.each([
    ["text in", { promptTokenCount: 3, promptTokensDetails: list({ TEXT: 3 }) }, 3, 3],
    ["documents as text", { promptTokensDetails: list({ DOCUMENT: 3 }) }, 3, 3],
    ["audio in", { promptTokenCount: 3, promptTokensDetails: list({ AUDIO: 3 }) }, 30, 3],
    ["pictures and video", { promptTokensDetails: list({ IMAGE: 1, VIDEO: 2 }) }, 6, 3],
    ["text out", { responseTokenCount: 3, responseTokensDetails: list({ TEXT: 3 }) }, 300, 3],
    ["audio out", { responseTokenCount: 3, responseTokensDetails: list({ AUDIO: 3 }) }, 3_000, 3],
    ["Vertex's names", { candidatesTokensDetails: list({ TEXT: 2 }) }, 200, 2],
    ["Vertex's names without lists", { candidatesTokenCount: 2 }, 2_000, 2],
    ["thoughts as text", { thoughtsTokenCount: 2 }, 200, 2],
    ["prompts of tools", { toolUsePromptTokensDetails: list({ TEXT: 2 }) }, 2, 2],
    [
      "cached tokens as the others",
      { promptTokensDetails: list({ TEXT: 5 }), cachedContentTokenCount: 4 },
      5,
      5,
    ],
  ])("%s", (_, receipt, usd, tokens) => {
    expect(spent(receipt)).toEqual({ usd, ms: 0, tokens });
  });

  it.each([
    [
      "a prompt whose lists lack some",
      { promptTokenCount: 5, promptTokensDetails: list({ TEXT: 3 }) },
      3 + 20,
      5,
    ],
    ["a response without lists", { responseTokenCount: 2 }, 2_000, 2],
    ["a modality of the future", { responseTokensDetails: list({ SMELL: 2 }) }, 2_000, 2],
    ["a total that no field explains", { promptTokenCount: 1, totalTokenCount: 3 }, 10 + 2_000, 3],
  ])("what has no kind costs the dearest: %s", (_, receipt, usd, tokens) => {
    expect(spent(receipt)).toEqual({ usd, ms: 0, tokens });
  });

  it.each([
    { promptTokenCount: -5, responseTokenCount: Number.NaN, totalTokenCount: "9" },
    { promptTokensDetails: "TEXT", responseTokensDetails: [null, 7, { modality: "TEXT" }] },
    { promptTokensDetails: list({ TEXT: -3, AUDIO: Infinity, __proto__: 4 }) },
    {},
  ])("counts that are none cost nothing: %j", (receipt) => {
    expect(spent(receipt)).toEqual(nothingSpent);
  });

  it("a receipt that refines another of the turn adds the difference, and any other all of it", () => {
    const of = (prompt: number, response: number) =>
      readReceipt({
        promptTokensDetails: list({ TEXT: prompt }),
        responseTokensDetails: list({ AUDIO: response }),
      });
    const added = (now: ReturnType<typeof of>, before?: ReturnType<typeof of>) =>
      spendingOf(newTokens(now, before), prices).tokens;
    expect(added(of(10, 5))).toBe(15);
    expect(added(of(10, 8), of(10, 5))).toBe(3);
    expect(added(of(10, 8), of(10, 8))).toBe(0);
    expect(added(of(20, 8), of(10, 8))).toBe(28);
    expect(added(of(10, 2), of(10, 8))).toBe(12);
  });
});

describe("[BUDGET2] a model whose price is not known costs the dearest that is known", () => {
  const known = [
    { ...prices, model: "a", textIn: 5 },
    { ...prices, model: "b", audioOut: 2_000 },
  ];

  it("by each price", () => {
    expect(pricesOf("models/c", known)).toMatchObject({ textIn: 5, audioOut: 2_000, imageIn: 2 });
    expect(pricesOf("models/a", known)).toMatchObject({ textIn: 5, audioOut: 1_000 });
  });

  it("and the models of this list have their own, with a date and a source", () => {
    const found = pricesOf("publishers/google/models/gemini-3.8-live");
    expect(found).toBe(gemini38LivePrices);
    expect(found.asOf).toMatch(/^\d{4}-\d\d-\d\d$/);
    expect(found.source).toContain("pricing");
  });
});

describe("[BUDGET3] the use of a budget is that of its limit with the largest share", () => {
  const spending = { usd: 0.4, ms: 60_000, tokens: 79 };

  it.each([
    [{ usd: 1 }, { of: "usd", share: 0.4 }, "within"],
    [{ usd: 1, tokens: 100 }, { of: "tokens", share: 0.79 }, "within"],
    [{ usd: 0.5, tokens: 100 }, { of: "usd", share: 0.8 }, "warning"],
    [{ minutes: 1, tokens: 79 }, { of: "minutes", share: 1 }, "spent"],
    [{}, undefined, "within"],
  ])("%j", (limits, use, level) => {
    expect(budgetUse(spending, limits)).toEqual(use);
    expect(budgetLevel(budgetUse(spending, limits))).toBe(level);
  });

  it("minutes reach the next level at a time that is known", () => {
    const left = (ms: number) => msToNextLevel({ ...nothingSpent, ms }, { minutes: 10 });
    expect(left(0)).toBe(8 * 60_000);
    expect(left(8 * 60_000)).toBe(2 * 60_000);
    // There is none any more.
    expect(left(11 * 60_000)).toBe(Infinity);
    expect(msToNextLevel(nothingSpent, { usd: 1 })).toBe(Infinity);
  });

  it("a day is one of UTC", () => {
    const late = Date.UTC(2026, 10, 29, 23, 59);
    expect(nextDay(late)).toBe(late + 60_000);
    expect(dayOf(nextDay(late))).toBe(dayOf(late) + 1);
    expect(nextDay(nextDay(late) - 1)).toBe(nextDay(late));
  });

  it("the words fit into a close reason", () => {
    for (const scope of ["conversation", "day", "token"] satisfies BudgetScope[])
      for (const of of ["usd", "minutes", "tokens"] as const)
        expect(new TextEncoder().encode(budgetSpent(scope, of).message).length).toBeLessThan(124);
  });
});
