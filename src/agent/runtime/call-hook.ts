/** Calls hooks so that an author's exception or delay never reaches the conversation. */
import type { Event } from "../../wire/adk.ts";
import { withTimeout } from "../../with-timeout.ts";
import type { HookContext, HookResult, Hooks } from "../hooks.ts";
import { logFailure } from "../../operator-log.ts";

/** Limit on the run time of an async hook, in ms. */
export const hookTimeoutMs = 2_000;

export type HookOutcome<T> = { readonly value: T | undefined } | "failed";

/** Calls a hook. The outcome is available at once unless the hook is async. Never throws, never rejects. */
export function callHook<T>(
  name: keyof Hooks,
  hook: () => HookResult<T>,
): HookOutcome<T> | Promise<HookOutcome<T>> {
  try {
    const result = hook();
    return isThenable(result) ? awaitOutcome(name, result) : { value: result ?? undefined };
  } catch (error) {
    return logHookFailure(name, error);
  }
}

async function awaitOutcome<T>(
  name: keyof Hooks,
  result: Promise<T | undefined | void>,
): Promise<HookOutcome<T>> {
  try {
    const outcome = withTimeout(Promise.resolve(result), hookTimeoutMs, "it took too long");
    return { value: (await outcome) ?? undefined };
  } catch (error) {
    return logHookFailure(name, error);
  }
}

/**
 * Applies `onEvent`. Ids and time stay the event's own, whatever the hook returns.
 * @returns the event to publish; undefined if the hook dropped it.
 */
export function applyEventHook(
  event: Event,
  hooks: Hooks,
  context: HookContext,
): Event | undefined {
  if (!hooks.onEvent) return event;
  try {
    const result = hooks.onEvent(event, context);
    if (isThenable(result)) throw new TypeError("it is async");
    if (result === null) return undefined;
    const { id, invocationId, timestamp } = event;
    return result ? { ...result, id, invocationId, timestamp } : event;
  } catch (error) {
    logHookFailure("onEvent", error);
    return event;
  }
}

/** What a Worker's binding returns can be awaited, and is no Promise. */
const isThenable = <T>(result: T | Promise<T>): result is Promise<T> =>
  typeof (result as Partial<Promise<T>> | null | undefined)?.then === "function";

function logHookFailure(name: keyof Hooks, error: unknown): "failed" {
  logFailure(`the hook ${name} failed`, error);
  return "failed";
}
