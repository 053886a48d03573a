/** The functions that the clauses of a command ask for, in order: "turn on the lights and the TV". */
import { best, enough, type Candidates } from "./candidates.ts";
import { clausesOf, verbOf } from "./clauses.ts";
import type { Callable } from "./schema.ts";

export interface Selection {
  readonly callable: Callable;
  /** The words from which its arguments are filled. */
  readonly words: string;
}

/** The score that a clause needs by itself before it may borrow the verb of the first. */
const OWN = 2;

const NAME = /^(?:(?:in|for|at|to|of) )?\p{Lu}[\p{L}'-]*(?: \p{Lu}[\p{L}'-]*)?[.?!]*$/u;

/** @returns nothing when the command has one clause, or no function fits its first. */
export function selectionsOf(candidates: Candidates, raw: string): Selection[] {
  const [first = "", ...rest] = clausesOf(raw);
  const opening = best(candidates, first);
  if (rest.length === 0 || !enough(opening, first)) return [];
  const later = rest.flatMap((clause): Selection[] => {
    const own = best(candidates, clause);
    const borrowed = `${verbOf(first)} ${clause}`;
    if ((own?.score ?? 0) >= OWN) {
      const words = enough(own, clause) ? clause : borrowed;
      const fit = best(candidates, words);
      if (enough(fit, words)) return [{ callable: fit.callable, words }];
    }
    // "the weather in Paris and in Rome": the same function for another name.
    return NAME.test(clause) ? [{ callable: opening.callable, words: borrowed }] : [];
  });
  return [{ callable: opening.callable, words: first }, ...later];
}
