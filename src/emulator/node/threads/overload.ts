/** Logs once, and remembers, that this machine cannot keep up. */
export class OverloadReporter {
  readonly #log: (line: string) => void;
  #reported = false;

  constructor(log: (line: string) => void) {
    this.#log = log;
  }

  get reported(): boolean {
    return this.#reported;
  }

  /** @param ms how long the late job waited. */
  late(ms: number): void {
    if (this.#reported) return;
    this.#reported = true;
    this.#log(
      `speech work waited ${Math.round(ms)} ms: this machine cannot keep up with so many sessions`,
    );
  }
}
