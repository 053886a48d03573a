/** What asking may cost, at the most: audio is paid for by the second, either way. */
import type { Case } from "./case.ts";

/** USD for a million tokens. */
export interface Prices {
  readonly sent: number;
  readonly received: number;
}

/** Gemini API: audio of native-audio models as listed in 2025. Newer models may cost something else. */
export const listed: Prices = { sent: 3, received: 12 };

const tokensPerSecond = 25;
/** Setup, texts, tools: more than any case sends. */
const textTokens = 1000;
/** A turn pays for the whole context again; no case has more than two. */
const turnsPaid = 2;

/** Seconds of audio that a case sends and receives. */
export interface Spent {
  sent: number;
  received: number;
}

/** @returns USD. */
export function price({ sent, received }: Readonly<Spent>, prices: Prices): number {
  const context = textTokens + (sent + received) * tokensPerSecond;
  return (
    (context * turnsPaid * prices.sent + received * tokensPerSecond * prices.received) / 1_000_000
  );
}

export function estimate({ seconds }: Case, prices: Prices): number {
  return price(seconds ?? { sent: 0, received: 0 }, prices);
}
