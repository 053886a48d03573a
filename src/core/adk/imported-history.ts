/** Events that were imported from elsewhere: the state they lead to, and their turns. */
import type { Event } from "../../wire/adk.ts";
import type { StateDelta } from "./session-state.ts";

/** The state after all changes of the events. */
export const finalState = (state: StateDelta, events: readonly Event[]): StateDelta =>
  Object.assign({}, state, ...events.map((event) => event.actions.stateDelta)) as StateDelta;

/** The events that no later one takes back (ADK: a rewind drops all from an invocation on, and itself). */
export function withoutRewound(events: readonly Event[]): readonly Event[] {
  const kept: Event[] = [];
  for (const event of events) {
    const { rewindBeforeInvocationId: invocation } = event.actions;
    if (invocation === undefined) kept.push(event);
    else {
      const first = kept.findIndex(({ invocationId }) => invocationId === invocation);
      if (first >= 0) kept.length = first;
    }
  }
  return kept;
}

/** Numbers the turns: one begins where the user's event follows another author's. */
export function numberTurns(events: readonly Event[]): { event: Event; turn: number }[] {
  let turn = 1;
  let answered = false;
  return events.map((event) => {
    const byUser = event.author === "user";
    if (byUser && answered) turn++;
    answered = !byUser;
    return { event, turn };
  });
}
