/**
 * Where an author may look in, change or stop what happens: before and after agent, model and tools,
 * and on every event. Each returns nothing to let things be.
 */
import type { Event } from "../wire/adk.ts";
import type { State } from "./tool.ts";

export interface HookContext {
  readonly agent: string;
  readonly app: string;
  readonly user: string;
  readonly session: string;
  readonly state: State;
}

export interface ToolCall {
  readonly id: string;
  readonly name: string;
  readonly args: Record<string, unknown>;
}

/** Stops what was about to be said or heard; the reason is told to the clients, and the speech is cut. */
export interface Block {
  readonly block: string;
}

export interface Hooks {
  /** A session with the model is about to open. What it returns is added to the instruction. */
  readonly beforeAgent?: (context: HookContext) => string | undefined;
  /** The agent hands over, or the conversation ends. */
  readonly afterAgent?: (context: HookContext) => void;
  /** Words are about to reach the model: typed text before it is sent. Spoken words are already there: blocking them cuts the answer. */
  readonly beforeModel?: (context: HookContext, text: string) => string | Block | undefined;
  /** What the agent has said in this turn so far. A block stops the speech, empties every player, and says why. */
  readonly afterModel?: (context: HookContext, text: string) => Block | undefined;
  /** Returns a result to answer with instead of running the tool. */
  readonly beforeTool?: (context: HookContext, call: ToolCall) => unknown;
  /** Returns a result to answer with instead of the tool's own. */
  readonly afterTool?: (context: HookContext, call: ToolCall, result: unknown) => unknown;
  /** Sees every event before the clients do: may return another, or block it. */
  readonly onEvent?: (context: HookContext, event: Event) => Event | Block | undefined;
}

export const isBlock = (value: unknown): value is Block =>
  typeof value === "object" && value !== null && "block" in value;
