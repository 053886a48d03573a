/** Audio contexts that really run: iOS resolves `resume()` while the clock still stands. */

/** How long a context is given to move its clock, ms. */
const patience = 1500;

/**
 * Starts a context; call it from a user's gesture.
 * @returns whether its clock moves.
 */
export async function startAudioContext(context: AudioContext): Promise<boolean> {
  const before = context.currentTime;
  void context.resume().catch(() => undefined);
  const deadline = performance.now() + patience;
  while (performance.now() < deadline) {
    if (context.currentTime > before) return true;
    await new Promise((later) => setTimeout(later, 25));
  }
  return false;
}

/** Wakes a context that a phone call or the lock screen has put to sleep, once the page is seen again. */
export function keepAudioContextRunning(context: AudioContext): () => void {
  const wake = (): void => {
    if (document.visibilityState === "visible" && context.state !== "running")
      void context.resume().catch(() => undefined);
  };
  document.addEventListener("visibilitychange", wake);
  context.addEventListener("statechange", wake);
  return () => {
    document.removeEventListener("visibilitychange", wake);
    context.removeEventListener("statechange", wake);
  };
}
