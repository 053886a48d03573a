/**
 * Puts replayed events into the order in which a live page receives them. The log has an interruption, and the words that
 * interrupted, before the answer that they cut: the answer's text is recorded when it is complete.
 */
import type { ConnectionEvent } from "../connection/connection.ts";

/** Moves each interruption, and what the user said with it, behind the answer of its turn. */
export function reorderReplay(events: readonly ConnectionEvent[]): readonly ConnectionEvent[] {
  const ordered: ConnectionEvent[] = [];
  let held: ConnectionEvent[] = [];
  let inputs = 0;
  let answered = false;
  const release = (): void => {
    ordered.push(...held);
    held = [];
  };
  for (const [index, event] of events.entries()) {
    const input = isInput(event);
    const cuts = input && inputs > 0 && events[index + 1]?.kind === "interrupted";
    if (!answered && (event.kind === "interrupted" || cuts || (input && held.length > 0))) {
      held.push(event);
      continue;
    }
    if (event.kind === "turnComplete") release();
    ordered.push(event);
    if (input) inputs++;
    if (event.kind === "turnComplete") [inputs, answered] = [0, false];
    if (event.kind !== "transcript" || event.side !== "agent") continue;
    answered = true;
    // The interruption itself comes first: what was said with it is an answer to nothing.
    held.sort((a, b) => Number(isInput(a)) - Number(isInput(b)));
    release();
  }
  release();
  return ordered;
}

const isInput = (event: ConnectionEvent): boolean =>
  event.kind === "typed" || (event.kind === "transcript" && event.side === "user");
