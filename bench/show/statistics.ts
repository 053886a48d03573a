/** Medians and worst cases. */

export const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;

export const summary = (label: string, times: readonly number[]): string =>
  `${label}: median ${median(times).toFixed(1)} ms, worst ${Math.max(...times).toFixed(1)} ms (n = ${times.length})`;

/** @param share 0 to 1. */
export const quantile = (numbers: readonly number[], share: number): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length * share)] ?? Number.NaN;
