/** Waiting for what happens by itself, in tests of Vitest. */
import { vi } from "vitest";

/**
 * Waits until a check passes. A busy machine may take seconds for what usually takes milliseconds, so the limit is only
 * there to say in a failure what was not reached.
 */
export const eventually = <T>(check: () => T | Promise<T>): Promise<T> =>
  vi.waitFor(check, { timeout: 15_000 });
