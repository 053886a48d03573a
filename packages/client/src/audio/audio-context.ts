/** Starts AudioContexts and keeps them running. On iOS `resume()` resolves while the context's clock stands still. */

/** How long to wait for the context's clock to advance. */
const startTimeoutMs = 1500;
const pollMs = 25;

/**
 * Starts a context. Must be called from a user gesture.
 * @returns whether the context's clock advances.
 */
export async function startAudioContext(context: AudioContext): Promise<boolean> {
  const before = context.currentTime;
  void context.resume().catch(() => undefined);
  const deadline = performance.now() + startTimeoutMs;
  while (performance.now() < deadline) {
    if (context.currentTime > before) return true;
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
  return false;
}

/**
 * Resumes a context that a phone call or the lock screen has suspended, as soon as the page is visible again.
 * @returns stops that.
 */
export function keepAudioContextRunning(context: AudioContext): () => void {
  const resume = (): void => {
    if (document.visibilityState === "visible" && context.state !== "running")
      void context.resume().catch(() => undefined);
  };
  document.addEventListener("visibilitychange", resume);
  context.addEventListener("statechange", resume);
  return () => {
    document.removeEventListener("visibilitychange", resume);
    context.removeEventListener("statechange", resume);
  };
}
