/** Upper bounds of the cost of a case: the service bills audio by the second in both directions. */
import type { Case } from "./case.ts";

/** USD per million tokens. */
export interface Prices {
  readonly sent: number;
  readonly received: number;
}

/** Gemini API: audio of native-audio models as listed in 2025. Newer models may have other prices. */
export const listPrices: Prices = { sent: 3, received: 12 };

const tokensPerSecond = 25;
/** Setup, texts and tools: an upper bound for all cases. */
const textTokens = 1000;
/** Each turn bills the whole context again; no case has more than two turns. */
const turnsPaid = 2;

/** Seconds of audio that a case sends and receives. */
export interface AudioSeconds {
  sent: number;
  received: number;
}

/** @returns USD. */
export function price({ sent, received }: Readonly<AudioSeconds>, prices: Prices): number {
  const context = textTokens + (sent + received) * tokensPerSecond;
  return (
    (context * turnsPaid * prices.sent + received * tokensPerSecond * prices.received) / 1_000_000
  );
}

export function estimate({ seconds }: Case, prices: Prices): number {
  return price(seconds ?? { sent: 0, received: 0 }, prices);
}
