/**
 * The hooks of an agent: its author's functions at each point of a conversation, which observe, rewrite, answer or block.
 *
 *   person ─► beforeModel ─► model ─► afterModel ─► people
 *                             │ ▲
 *               beforeTool ◄──┘ └── afterTool, onToolError
 *
 * A hook that guards fails closed: if it throws or times out, its subject is blocked. A hook that only adds fails open.
 */
import type { Event } from "../wire/adk.ts";
import type { State } from "./tool.ts";

export interface HookContext {
  /** The name of the agent that the hook belongs to. */
  readonly agent: string;
  readonly state: State;
  /** The Worker's bindings, such as a database. */
  readonly env: object;
}

/** Text from the user. Spoken text is known only once it is transcribed: the model already has the audio by then. */
export interface UserText {
  readonly text: string;
  readonly source: "typed" | "spoken";
}

/** The transcript of the agent's answer. */
export interface AgentText {
  /** The transcript of this turn so far. */
  readonly text: string;
  /** The part that is new since the previous call of the hook. */
  readonly delta: string;
}

export interface Block {
  /** The reason, shown to the people in the conversation. */
  readonly block: string;
  /** An instruction to the model for its next answer. */
  readonly instead?: string;
}

/** A tool call, as hooks see it. */
export interface ToolUse {
  readonly id: string;
  readonly name: string;
  readonly args: Record<string, unknown>;
}

/** The answer that the model receives in place of the tool's own. */
export interface ReplacementAnswer {
  readonly answer: unknown;
}

/** A hook that returns nothing, now or later, changes nothing. */
export type HookResult<T> = T | undefined | void | Promise<T | undefined | void>;

export interface Hooks {
  /** Called when the agent becomes active, before its session is set up. Fails open. */
  readonly beforeAgent?: (context: HookContext) => HookResult<never>;
  /** Called when another agent becomes active, or the conversation goes idle. Fails open. */
  readonly afterAgent?: (context: HookContext) => HookResult<never>;
  /** May rewrite typed text (`text`), or block. Fails closed. */
  readonly beforeModel?: (
    input: UserText,
    context: HookContext,
  ) => HookResult<Block | { text: string }>;
  /** May stop the agent in the middle of an answer. Fails closed. */
  readonly afterModel?: (output: AgentText, context: HookContext) => HookResult<Block>;
  /** May rewrite the arguments, or answer in place of the tool. Fails closed: the tool does not run. */
  readonly beforeTool?: (
    call: ToolUse,
    context: HookContext,
  ) => HookResult<{ args: Record<string, unknown> } | ReplacementAnswer>;
  /** May rewrite a tool's result, or each value that a stream yields. Fails closed: the model receives an error. */
  readonly afterTool?: (
    call: ToolUse,
    result: unknown,
    context: HookContext,
  ) => HookResult<ReplacementAnswer>;
  /** May answer in place of an error. Fails open: the model receives the error. */
  readonly onToolError?: (
    call: ToolUse,
    error: Error,
    context: HookContext,
  ) => HookResult<ReplacementAnswer>;
  /**
   * May rewrite an event before it is published and recorded, or drop it with null. Every event waits for this hook,
   * audio too, so it must be quick and must not be async. Fails open: the event stays as it was.
   */
  readonly onEvent?: (event: Event, context: HookContext) => Event | null | undefined | void;
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
