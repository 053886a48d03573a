/** Measures JSON values. */

/** Whether a value of JSON has more levels of objects and lists. */
export const isDeeperThan = (value: unknown, levels: number): boolean =>
  jsonFaultOf(value, levels) === "deep";

/**
 * Whether a value of JSON has a number that is too large for JavaScript, such as 1e999, or else more levels of objects and
 * lists. Without recursion: a depth must not exhaust the stack.
 */
export function jsonFaultOf(value: unknown, levels: number): "deep" | "infinite" | undefined {
  let level: unknown[] = [value];
  for (let depth = 0; depth <= levels; depth++) {
    if (level.some(isInfinite)) return "infinite";
    level = level.flatMap((each) =>
      typeof each === "object" && each !== null ? Object.values(each) : [],
    );
    if (level.length === 0) return undefined;
  }
  return "deep";
}

const isInfinite = (value: unknown): boolean => value === Infinity || value === -Infinity;
