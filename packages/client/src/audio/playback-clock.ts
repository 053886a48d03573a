/** How much of the audio that was given to the player was played, ms. It runs with the clock while the player plays. */

export class PlaybackClock {
  #receivedMs = 0;
  /** Played up to `#since`, or in all while nothing plays. */
  #playedMs = 0;
  /** When playback started; undefined while nothing plays. */
  #since: number | undefined;

  get receivedMs(): number {
    return this.#receivedMs;
  }

  receive(ms: number): void {
    this.#receivedMs += ms;
  }

  start(now: number): void {
    this.#since ??= now;
  }

  /** @param drained everything was played, and it was not paused. */
  stop(now: number, drained: boolean): void {
    this.#playedMs = drained ? this.#receivedMs : this.playedMs(now);
    this.#since = undefined;
  }

  /** What was not played is dropped. */
  clear(): void {
    this.#playedMs = this.#receivedMs;
    this.#since = undefined;
  }

  playedMs(now: number): number {
    const running = this.#since === undefined ? 0 : now - this.#since;
    return Math.min(this.#receivedMs, this.#playedMs + running);
  }
}
