/** A conversation that begins with a past: events that were kept elsewhere. */
import type { Event } from "../../wire/adk.ts";
import type { StateDelta } from "./session-state.ts";

/** The state after all the events' own changes. */
export const finalState = (state: StateDelta, past: readonly Event[]): StateDelta =>
  Object.assign({}, state, ...past.map((event) => event.actions.stateDelta)) as StateDelta;

/** Numbers the turns: one begins where the user speaks after somebody else did. */
export function numberTurns(past: readonly Event[]): { event: Event; turn: number }[] {
  let turn = 1;
  let answered = false;
  return past.map((event) => {
    const byUser = event.author === "user";
    if (byUser && answered) turn++;
    answered = !byUser;
    return { event, turn };
  });
}
