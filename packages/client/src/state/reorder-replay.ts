/**
 * Puts replayed events into the order in which a live page receives them. The log has an interruption before the
 * answer that it interrupted: the answer's text is recorded when it is complete.
 */
import type { ConnectionEvent } from "../connection/connection.ts";

/** Moves each interruption behind the answer of its turn. */
export function reorderReplay(events: readonly ConnectionEvent[]): readonly ConnectionEvent[] {
  const ordered: ConnectionEvent[] = [];
  let interruption: ConnectionEvent | undefined;
  let answered = false;
  for (const event of events) {
    if (event.kind === "interrupted" && !answered) {
      interruption = event;
      continue;
    }
    ordered.push(event);
    if (event.kind === "turnComplete") [interruption, answered] = [undefined, false];
    if (event.kind !== "transcript" || event.side !== "agent") continue;
    answered = true;
    if (interruption) ordered.push(interruption);
    interruption = undefined;
  }
  return ordered;
}
