/** Listeners by the name of an event. */
import { attempt } from "./connection/attempt.ts";

export class Listeners<Events> {
  readonly #byName = new Map<keyof Events, Set<(value: never) => void>>();

  /** @returns unsubscribes. */
  add<Name extends keyof Events>(name: Name, listener: (value: Events[Name]) => void): () => void {
    const listeners = this.#byName.get(name) ?? new Set();
    this.#byName.set(name, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  /** A listener that throws must not stop the call. */
  emit<Name extends keyof Events>(name: Name, value: Events[Name]): void {
    for (const listener of this.#byName.get(name) ?? [])
      attempt(() => (listener as (value: Events[Name]) => void)(value));
  }
}
