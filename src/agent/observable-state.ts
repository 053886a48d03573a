/** The session's state as its tools and hooks write it. */
import type { State } from "./tool.ts";
import { withoutTemporaryKeys } from "../core/adk/session-state.ts";
import { noActions, type EventBody } from "../wire/adk.ts";

/** Every change of the state is an event, unless it is only for this run (`temp:`). */
export function observableState(
  around: { readonly state: State; publish(body: EventBody): void },
  author: string,
): State {
  return {
    get: (key) => around.state.get(key),
    set: (key, value) => {
      around.state.set(key, value);
      const stateDelta = withoutTemporaryKeys({ [key]: value ?? null });
      if (key in stateDelta) around.publish({ author, actions: { ...noActions, stateDelta } });
    },
  };
}
