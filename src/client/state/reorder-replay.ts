/** The log's order put back into the order of hearing: an answer's whole text is kept after the word that it was cut. */
import type { ConnectionEvent } from "../connection/connection.ts";

/** An interruption goes after the answer that it cut, within its turn. */
export function reorderReplay(heard: readonly ConnectionEvent[]): readonly ConnectionEvent[] {
  const ordered: ConnectionEvent[] = [];
  let cut: ConnectionEvent | undefined;
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
