/** Compares the labels of a case with its expectation. */
import type { Case, Expectation } from "./case.ts";

/** @param model without `models/`. */
export function expected({ expects }: Case, model: string): Expectation {
  const names = Object.keys(expects).filter((name) => model.startsWith(name));
  const [longest = "default"] = names.toSorted((a, b) => b.length - a.length);
  return expects[longest] ?? expects.default;
}

/** @returns one sentence for each difference. */
export function differences({ sees, never = [] }: Expectation, seen: readonly string[]): string[] {
  const unwanted = never.flatMap((label) => {
    const came = seen.find((it) => it.startsWith(label));
    return came === undefined ? [] : [`"${came}" came, and should not`];
  });
  return [...missing(sees, seen), ...unwanted];
}

function missing(sees: readonly string[], seen: readonly string[]): string[] {
  let from = 0;
  for (const [i, label] of sees.entries()) {
    const at = seen.findIndex((it, i) => i >= from && it.startsWith(label));
    if (at < 0) return [`"${label}" did not come${i > 0 ? ` after "${sees[i - 1]}"` : ""}`];
    from = at + 1;
  }
  return [];
}
