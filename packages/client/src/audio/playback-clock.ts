/** How much of the audio that was given to the player was played, ms. It runs while the player plays and is not held. */

export class PlaybackClock {
  #receivedMs = 0;
  /** Played up to `#since`, or in all while nothing plays. */
  #playedMs = 0;
  /** When playback started; undefined while nothing plays. */
  #since: number | undefined;
  #held = false;

  get receivedMs(): number {
    return this.#receivedMs;
  }

  receive(ms: number): void {
    this.#receivedMs += ms;
  }

  start(now: number): void {
    if (!this.#held) this.#since ??= now;
  }

  /** Until `release` nothing is heard. */
  hold(now: number): void {
    this.#playedMs = this.playedMs(now);
    this.#since = undefined;
    this.#held = true;
  }

  /** @param playing the player goes on; otherwise `start` comes when it does. */
  release(now: number, playing: boolean): void {
    this.#held = false;
    if (playing) this.start(now);
  }

  /** Everything was played. A clock that is held goes on later. */
  stop(): void {
    if (!this.#held) this.#playedMs = this.#receivedMs;
    this.#since = undefined;
  }

  /** What was not played is dropped. */
  clear(): void {
    this.#playedMs = this.#receivedMs;
    this.#since = undefined;
    this.#held = false;
  }

  playedMs(now: number): number {
    const running = this.#since === undefined ? 0 : now - this.#since;
    return Math.min(this.#receivedMs, this.#playedMs + running);
  }
}
