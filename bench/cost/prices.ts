/** Prices as data. Check them before you rely on a sum: a provider changes them without notice. */
import { gemini38LivePrices, type ModelPrices } from "../../src/core/live-api/prices.ts";

/** In USD. An allowance is a month's; a unit above it costs its price. */
interface Metered {
  readonly included: number;
  /** USD for one unit. */
  readonly price: number;
}

export interface CloudflarePrices {
  readonly asOf: string;
  readonly source: string;
  /** USD a month. */
  readonly base: number;
  readonly workerRequests: Metered;
  /** Milliseconds of a Worker's CPU. An object is billed by duration instead. */
  readonly workerCpuMs: Metered;
  readonly objectRequests: Metered;
  /** Incoming WebSocket messages that count as one request; outgoing ones are free. */
  readonly messagesPerRequest: number;
  /** GB-seconds while an object is in memory and may not hibernate. */
  readonly duration: Metered;
  /** Billed for each object, in GB. */
  readonly objectMemoryGb: number;
  readonly rowsWritten: Metered;
  /** GB-months. */
  readonly storage: Metered;
}

export interface GooglePrices extends ModelPrices {
  readonly audioTokensPerSecond: number;
  readonly tokensPerImage: number;
}

const perMillion = (usd: number): number => usd / 1e6;

export const cloudflare: CloudflarePrices = {
  asOf: "2026-11",
  source: "developers.cloudflare.com/durable-objects/platform/pricing, …/workers/platform/pricing",
  base: 5,
  workerRequests: { included: 10e6, price: perMillion(0.3) },
  workerCpuMs: { included: 30e6, price: perMillion(0.02) },
  objectRequests: { included: 1e6, price: perMillion(0.15) },
  messagesPerRequest: 20,
  duration: { included: 400_000, price: perMillion(12.5) },
  objectMemoryGb: 0.128,
  rowsWritten: { included: 50e6, price: perMillion(1) },
  storage: { included: 5, price: 0.2 },
};

export const google: GooglePrices = {
  ...gemini38LivePrices,
  audioTokensPerSecond: 25,
  tokensPerImage: 258,
};
