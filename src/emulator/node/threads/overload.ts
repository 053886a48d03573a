/** Says once, and remembers, that this machine cannot keep up. */
export class OverloadReporter {
  readonly #log: (line: string) => void;
  #seen = false;

  constructor(log: (line: string) => void) {
    this.#log = log;
  }

  get seen(): boolean {
    return this.#seen;
  }

  /** @param ms how long a job has waited, past all patience. */
  late(ms: number): void {
    if (this.#seen) return;
    this.#seen = true;
    this.#log(
      `speech work waited ${Math.round(ms)} ms: this machine cannot keep up with so many sessions`,
    );
  }
}
