/** The session state as tools and hooks see it: each change is published as an event. */
import { withoutTemporaryKeys } from "../../core/adk/session-state.ts";
import { noActions, type EventBody } from "../../wire/adk.ts";
import type { State } from "../tool.ts";

/** A change of a `temp:` key is not published. */
export function observableState(
  host: { readonly state: State; publish(body: EventBody): void },
  author: string,
): State {
  return {
    get: (key) => host.state.get(key),
    set: (key, value) => {
      host.state.set(key, value);
      const stateDelta = withoutTemporaryKeys({ [key]: value ?? null });
      if (key in stateDelta) host.publish({ author, actions: { ...noActions, stateDelta } });
    },
  };
}
