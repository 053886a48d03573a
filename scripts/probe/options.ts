/** The probe's command line, read and checked. */
import { parseArgs } from "node:util";
import { listPrices } from "./cost.ts";
import type { Prices } from "./cost.ts";

export const help = `Compares a Live API with the emulator's profile of it, and prints the differences.

Usage: npm run probe -- [options]

  --against TARGET   google, emulator (one is started), or a base URL     (google)
  --model NAME       the model, and the emulator's profile of it          (gemini-3.8-live)
  --only NAMES       these cases, separated by commas
  --list             print all cases and send nothing
  --long             include cases that take an hour
  --yes              agree to the cost; without it the probe prints the cost and sends nothing
  --budget USD       start no case that may exceed this sum in total      (0.50)
  --price-in USD     for a million tokens of audio sent                   (${listPrices.sent})
  --price-out USD    for a million tokens of audio received               (${listPrices.received})
  --help             this text

GEMINI_API_KEY is the key; it is sent in a header and never printed.`;

export interface Options {
  readonly against: string;
  readonly model: string;
  readonly only: readonly string[] | undefined;
  readonly list: boolean;
  readonly long: boolean;
  readonly yes: boolean;
  readonly budget: number;
  readonly prices: Prices;
  readonly help: boolean;
}

/** @throws Error in one sentence. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      against: { type: "string", default: "google" },
      model: { type: "string", default: "gemini-3.8-live" },
      only: { type: "string" },
      list: { type: "boolean", default: false },
      long: { type: "boolean", default: false },
      yes: { type: "boolean", default: false },
      budget: { type: "string", default: "0.50" },
      "price-in": { type: "string", default: String(listPrices.sent) },
      "price-out": { type: "string", default: String(listPrices.received) },
      help: { type: "boolean", default: false, short: "h" },
    },
  });
  return {
    ...values,
    model: values.model.replace(/^models\//u, ""),
    only: values.only?.split(","),
    budget: amount("budget", values.budget),
    prices: {
      sent: amount("price-in", values["price-in"]),
      received: amount("price-out", values["price-out"]),
    },
  };
}

function amount(name: string, text: string): number {
  const number = Number(text);
  if (text !== "" && number >= 0 && Number.isFinite(number)) return number;
  throw new Error(`--${name} must be an amount in USD like 0.50, not "${text}".`);
}
