/** The prices of Live models, as data. Check it before you rely on a sum: a provider changes prices without notice. */

import type { TokenPrices } from "../../wire/receipt.ts";
import { bareModelName } from "./models.ts";

export interface ModelPrices extends TokenPrices {
  readonly asOf: string;
  readonly source: string;
  readonly model: string;
}

const perMillion = (usd: number): number => usd / 1e6;

const common = {
  asOf: "2026-09-18",
  source: "ai.google.dev/gemini-api/docs/pricing",
  textIn: perMillion(0.75),
  audioIn: perMillion(3),
  imageIn: perMillion(1),
  textOut: perMillion(4.5),
  audioOut: perMillion(12),
};

export const gemini38LivePrices: ModelPrices = { ...common, model: "gemini-3.8-live" };

const knownPrices: readonly ModelPrices[] = [
  gemini38LivePrices,
  { ...common, model: "gemini-3.1-flash-live" },
];

/** The prices of a model. One whose price is not known costs the dearest that is. @param model with or without its path. */
export function pricesOf(model: string, known = knownPrices): ModelPrices {
  return knownPricesOf(model, known) ?? dearestOf(bareModelName(model), known);
}

/** Undefined if the price is not known. */
export function knownPricesOf(model: string, known = knownPrices): ModelPrices | undefined {
  const name = bareModelName(model);
  return known.find((prices) => prices.model === name);
}

function dearestOf(model: string, known: readonly ModelPrices[]): ModelPrices {
  const [first = gemini38LivePrices] = known;
  const dearest = (price: PriceName): number => Math.max(...known.map((each) => each[price]));
  return {
    ...first,
    model,
    textIn: dearest("textIn"),
    audioIn: dearest("audioIn"),
    imageIn: dearest("imageIn"),
    textOut: dearest("textOut"),
    audioOut: dearest("audioOut"),
  };
}

type PriceName = keyof TokenPrices;
