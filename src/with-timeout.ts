/** A timeout for a promise. */
import { ToolError } from "./core/errors.ts";

/** Resolves as `work` does. @throws ToolError with `message` if `work` takes longer than `ms`; `work` itself goes on. */
export async function withTimeout<T>(work: Promise<T>, ms: number, message: string): Promise<T> {
  const timeout = Promise.withResolvers<never>();
  const timer = setTimeout(() => timeout.reject(new ToolError(message)), ms);
  try {
    return await Promise.race([work, timeout.promise]);
  } finally {
    clearTimeout(timer);
  }
}
