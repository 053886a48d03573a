/** Runs an action that must not stop its caller: an error that it throws is reported as an uncaught one. */
export function attempt(action: () => void): void {
  try {
    action();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
