/** Keeps the screen on during a talk: a phone that sleeps stops the microphone. */

interface Lock {
  release(): Promise<void>;
}

export class WakeLock {
  readonly #request: () => Promise<Lock>;
  #isWanted = false;
  #lock: Promise<Lock | undefined> | undefined;

  /** @param request as `navigator.wakeLock.request`; may reject, as with a low battery. */
  constructor(request: () => Promise<Lock>) {
    this.#request = request;
  }

  /** Idempotent. */
  hold(on: boolean): void {
    this.#isWanted = on;
    if (on) this.#lock ??= this.#request().catch(() => undefined);
    else void this.#release();
  }

  /** The browser releases the lock of a hidden page: a page that is visible again takes another. */
  becameVisible(): void {
    if (!this.#isWanted) return;
    void this.#release();
    this.hold(true);
  }

  async #release(): Promise<void> {
    const lock = this.#lock;
    this.#lock = undefined;
    await (await lock)?.release();
  }
}

export const createWakeLock = (): WakeLock =>
  new WakeLock(async () => {
    const { wakeLock } = navigator as Partial<Navigator>;
    if (!wakeLock) throw new Error("This browser keeps no screen on.");
    return wakeLock.request("screen");
  });
