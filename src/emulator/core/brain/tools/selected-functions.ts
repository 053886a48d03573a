/** The functions that the clauses of one order ask for, in order: "turn on the lights and the TV". */
import { clausesOf, lead } from "./clauses.ts";
import { best, enough, type Kit } from "./candidates.ts";
import type { Callable } from "./schema.ts";

export interface Pick {
  readonly callable: Callable;
  /** The words its arguments are drawn from. */
  readonly words: string;
}

/** What a clause must score by itself before it may lean on another's verb. */
const OWN = 2;

/** A later clause may lean on the verb of the first, but must name something of its own. */
function pickOf(kit: Kit, clause: string, first: string): Pick | undefined {
  const own = best(kit, clause);
  if ((own?.score ?? 0) < OWN) return undefined;
  const words = enough(own, clause) ? clause : `${lead(first)} ${clause}`;
  const fit = best(kit, words);
  return enough(fit, words) ? { callable: fit.callable, words } : undefined;
}

const NAME = /^(?:(?:in|for|at|to|of) )?\p{Lu}[\p{L}'-]*(?: \p{Lu}[\p{L}'-]*)?[.?!]*$/u;

/** "the weather in Paris and in Rome": the same again for another name. */
const another = (clause: string, first: string, callable: Callable): Pick | undefined =>
  NAME.test(clause) ? { callable, words: `${lead(first)} ${clause}` } : undefined;

/** Empty when the order has but one clause, or its first fits nothing. */
export function picksOf(kit: Kit, raw: string): Pick[] {
  const [first = "", ...rest] = clausesOf(raw);
  const opening = best(kit, first);
  if (rest.length === 0 || !enough(opening, first)) return [];
  const picks: Pick[] = [{ callable: opening.callable, words: first }];
  for (const clause of rest) {
    const pick = pickOf(kit, clause, first) ?? another(clause, first, opening.callable);
    if (pick !== undefined) picks.push(pick);
  }
  return picks;
}
