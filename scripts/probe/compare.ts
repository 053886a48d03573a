/** Compares the labels of a case with its expectation. */
import type { Case, Expectation } from "./case.ts";

/** @param model without `models/`. */
export function expectationFor({ expects }: Case, model: string): Expectation {
  const names = Object.keys(expects).filter((name) => model.startsWith(name));
  const [longest = "default"] = names.toSorted((a, b) => b.length - a.length);
  return expects[longest] ?? expects.default;
}

/** @returns one sentence for each difference. */
export function differences(
  { includes, excludes = [] }: Expectation,
  seen: readonly string[],
): string[] {
  const unwanted = excludes.flatMap((label) => {
    const found = seen.find((it) => it.startsWith(label));
    return found === undefined ? [] : [`"${found}" came, and should not`];
  });
  return [...missing(includes, seen), ...unwanted];
}

function missing(includes: readonly string[], seen: readonly string[]): string[] {
  let from = 0;
  for (const [i, label] of includes.entries()) {
    const at = seen.findIndex((it, i) => i >= from && it.startsWith(label));
    if (at < 0) return [`"${label}" did not come${i > 0 ? ` after "${includes[i - 1]}"` : ""}`];
    from = at + 1;
  }
  return [];
}
