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
 * Resumes a context that a phone call, Siri or the lock screen has stopped (`interrupted`, or `suspended` without the page
 * asking), as soon as the page is visible. WebKit refuses that while the interruption lasts, does not always say when it
 * ends, and at times wants a gesture: every touch and key tries again.
 * @returns stops that.
 */
export function keepAudioContextRunning(context: AudioContext): () => void {
  const resume = (): void => {
    if (document.visibilityState === "visible" && context.state !== "running")
      void context.resume().catch(() => undefined);
  };
  const sources: readonly (readonly [EventTarget, string])[] = [
    [document, "visibilitychange"],
    [context, "statechange"],
    // For a finger a gesture is the end of a touch, for a mouse its beginning.
    [document, "pointerdown"],
    [document, "pointerup"],
    [document, "keydown"],
  ];
  for (const [target, type] of sources) target.addEventListener(type, resume);
  return () => {
    for (const [target, type] of sources) target.removeEventListener(type, resume);
  };
}
