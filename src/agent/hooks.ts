/**
 * What an author may say at each point of a conversation: let it pass, rewrite it, answer instead, block it.
 *
 *   person ─► beforeModel ─► model ─► afterModel ─► people
 *                             │ ▲
 *               beforeTool ◄──┘ └── afterTool, onToolError
 *
 * A hook that guards fails closed: what it cannot judge is blocked. One that only adds fails open.
 */
import type { Event } from "../wire/adk.ts";
import { withTimeout } from "./with-timeout.ts";
import type { State } from "./tool.ts";

export interface HookContext {
  /** The agent whose hook this is. */
  readonly agent: string;
  readonly state: State;
  /** The Worker's bindings, such as a database. */
  readonly env: object;
}

/** What goes to the model, in words. Speech is known only once it is transcribed: the model has heard it by then. */
export interface WordsIn {
  readonly text: string;
  readonly source: "typed" | "spoken";
}

/** What the agent says, as it is transcribed. */
export interface WordsOut {
  /** All of this turn so far. */
  readonly text: string;
  /** What is new since the hook was last asked. */
  readonly delta: string;
}

export interface Block {
  /** Why, in words for the people in the conversation. */
  readonly block: string;
  /** What the model is asked to do or say now. */
  readonly instead?: string;
}

export interface ToolUse {
  readonly id: string;
  readonly name: string;
  readonly args: Record<string, unknown>;
}

/** Goes to the model in place of what the tool would say, or said. */
export interface Instead {
  readonly answer: unknown;
}

/** Nothing, now or later, lets things be as they are. */
type HookResult<T> = T | undefined | void | Promise<T | undefined | void>;

export interface Hooks {
  /** The agent begins to lead: before its model is told anything. Fails open. */
  readonly beforeAgent?: (context: HookContext) => HookResult<never>;
  /** It leads no more: another took over, or the conversation sleeps. Fails open. */
  readonly afterAgent?: (context: HookContext) => HookResult<never>;
  /** May rewrite what was typed (`text`), or block. Fails closed. */
  readonly beforeModel?: (
    words: WordsIn,
    context: HookContext,
  ) => HookResult<Block | { text: string }>;
  /** May stop the agent in the middle of an answer. Fails closed. */
  readonly afterModel?: (words: WordsOut, context: HookContext) => HookResult<Block>;
  /** May rewrite the arguments, or answer in place of the tool. Fails closed: the tool does not run. */
  readonly beforeTool?: (
    call: ToolUse,
    context: HookContext,
  ) => HookResult<{ args: Record<string, unknown> } | Instead>;
  /** May rewrite what the tool returned, or each thing a stream yields. Fails closed: the model gets an error. */
  readonly afterTool?: (
    call: ToolUse,
    result: unknown,
    context: HookContext,
  ) => HookResult<Instead>;
  /** May answer in place of an error. Fails open: the model gets the error. */
  readonly onToolError?: (call: ToolUse, error: Error, context: HookContext) => HookResult<Instead>;
  /**
   * May rewrite an event on its way to clients and log, or drop it with null. Every event waits for it,
   * sound too, so it must be quick and may not be async. Fails open: the event stays as it was.
   */
  readonly onEvent?: (event: Event, context: HookContext) => Event | null | undefined | void;
}

/** How long a hook may think, in ms. */
export const hookTimeoutMs = 2_000;

export type HookOutcome<T> = { readonly value: T | undefined } | "failed";

/** Asks a hook. The answer is there at once where the hook is not async; it never throws. */
export function callHook<T>(
  name: keyof Hooks,
  hook: () => HookResult<T>,
): HookOutcome<T> | Promise<HookOutcome<T>> {
  try {
    const word = hook();
    return word instanceof Promise ? awaitOutcome(name, word) : { value: word ?? undefined };
  } catch (error) {
    return logFailure(name, error);
  }
}

async function awaitOutcome<T>(
  name: keyof Hooks,
  word: Promise<T | undefined | void>,
): Promise<HookOutcome<T>> {
  try {
    return { value: (await withTimeout(word, hookTimeoutMs, "it took too long")) ?? undefined };
  } catch (error) {
    return logFailure(name, error);
  }
}

/** The event as its author wants it told; undefined when nobody shall hear of it. */
export function applyEventHook(
  event: Event,
  hooks: Hooks,
  context: HookContext,
): Event | undefined {
  if (!hooks.onEvent) return event;
  try {
    const word = hooks.onEvent(event, context);
    if (word instanceof Promise) throw new TypeError("it is async");
    if (word === null) return undefined;
    const { id, invocationId, timestamp } = event;
    return word ? { ...word, id, invocationId, timestamp } : event;
  } catch (error) {
    logFailure("onEvent", error);
    return event;
  }
}

/** The operator must know. An error's own words may hold what was said, so they are not printed. */
function logFailure(name: keyof Hooks, error: unknown): "failed" {
  // oxlint-disable-next-line no-console
  console.error(`parley: the hook ${name} failed:`, error instanceof Error ? error.name : "");
  return "failed";
}

const names: readonly string[] = [
  "beforeAgent",
  "afterAgent",
  "beforeModel",
  "afterModel",
  "beforeTool",
  "afterTool",
  "onToolError",
  "onEvent",
] satisfies (keyof Hooks)[];

/** Whether a value is a set of hooks: known names, each with a function. */
export const isHooks = (value: unknown): boolean =>
  typeof value === "object" &&
  value !== null &&
  Object.entries(value).every(
    ([name, hook]) => names.includes(name) && (hook === undefined || typeof hook === "function"),
  );

export const hookNames = names.join(", ");
