/** The delay before the next connection attempt. */

const firstMs = 400;
const longestMs = 10_000;

/**
 * Doubles from 0.4 s to 10 s. The jitter of ±20 % keeps many clients from reconnecting at the same moment.
 * @param failures in a row, the first is 1
 * @param random in [0, 1)
 */
export function backoff(failures: number, random: number): number {
  const base = Math.min(longestMs, firstMs * 2 ** Math.min(failures - 1, 16));
  return Math.round(base * (0.8 + 0.4 * random));
}
