/** The log's order put back into the order of hearing: an answer's whole text is kept after the word that it was cut. */
import type { Heard } from "./connection.ts";

/** An interruption goes after the answer that it cut, within its turn. */
export function asHeard(heard: readonly Heard[]): readonly Heard[] {
  const ordered: Heard[] = [];
  let cut: Heard | undefined;
  let answered = false;
  for (const each of heard) {
    if (each.kind === "interrupted" && !answered) {
      cut = each;
      continue;
    }
    ordered.push(each);
    if (each.kind === "turnComplete") [cut, answered] = [undefined, false];
    if (each.kind !== "transcript" || each.side !== "agent") continue;
    answered = true;
    if (cut) ordered.push(cut);
    cut = undefined;
  }
  return ordered;
}
