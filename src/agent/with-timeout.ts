/** Patience with a promise: what it resolves to, or an error when the time is up first. */

/** @throws Error with the words given when `ms` are over. */
export async function withTimeout<T>(work: Promise<T>, ms: number, words: string): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(words)), ms);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
