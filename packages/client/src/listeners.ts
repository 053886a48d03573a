/** Listeners by the name of an event. */
export class Listeners<Events> {
  readonly #byName = new Map<keyof Events, Set<(value: never) => void>>();

  /** @returns unsubscribes. */
  add<Name extends keyof Events>(name: Name, listener: (value: Events[Name]) => void): () => void {
    const listeners = this.#byName.get(name) ?? new Set();
    this.#byName.set(name, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  /** A listener that throws must not stop the call: its error is reported as an uncaught one. */
  emit<Name extends keyof Events>(name: Name, value: Events[Name]): void {
    for (const listener of this.#byName.get(name) ?? [])
      try {
        (listener as (value: Events[Name]) => void)(value);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
  }
}
