/** How long to wait before dialling again. */

const firstMs = 400;
const longestMs = 10_000;

/**
 * Doubles from 0.4 s to 10 s, give or take 20 %, so that a crowd does not come back at once.
 * @param failures in a row, the first is 1
 * @param random in [0, 1)
 */
export function backoff(failures: number, random: number): number {
  const steady = Math.min(longestMs, firstMs * 2 ** Math.min(failures - 1, 16));
  return Math.round(steady * (0.8 + 0.4 * random));
}
