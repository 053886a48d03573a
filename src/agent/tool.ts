/**
 * What an agent can do besides talking: functions that answer once, streams that answer many times,
 * watchers that see and hear along, and what the model brings itself.
 */
import type { z } from "zod";
import type { FunctionDeclaration } from "../wire/live-api.ts";
import { argumentsOf, type Arguments, type Parameters } from "./tool-schema.ts";
import type { Toolset } from "./toolset.ts";

/** How a result is to be heard: at once, when the model is idle, or not at all (Live API: FunctionResponseScheduling). */
export type Scheduling = "INTERRUPT" | "WHEN_IDLE" | "SILENT";

/**
 * A result with how it is to be heard, where that is not the same for every call: returned, yielded, or given to
 * `progress`.
 */
export class Scheduled {
  readonly value: unknown;
  readonly scheduling: Scheduling | undefined;

  constructor(value: unknown, scheduling: Scheduling | undefined) {
    this.value = value;
    this.scheduling = scheduling;
  }
}

/**
 * Session state, in ADK's scopes: `user:name` is shared by the user's conversations with the app, `app:name`
 * by everybody's, `temp:name` is for this run and never kept; every other key is the conversation's own.
 * Writing tells the clients (`actions.stateDelta`).
 */
export interface State {
  get(key: string): unknown;
  /**
   * @param value anything JSON can hold; null removes the key.
   * @throws Error when it is not JSON, or the scope is full (512 KiB).
   */
  set(key: string, value: unknown): void;
}

export interface ToolContext {
  /** Aborted when the model cancels the call, its time is up, it is stopped, or the conversation ends. */
  readonly signal: AbortSignal;
  readonly callId: string;
  /** The agent that called. */
  readonly agent: string;
  readonly state: State;
  /** The Worker's bindings, such as a database. */
  readonly env: object;
  /** Waits; rejects when aborted. */
  readonly sleep: (ms: number) => Promise<void>;
  /**
   * Hands the conversation over to another agent once this call is answered.
   * @throws Error when the agent that called may not hand over to that one.
   */
  readonly transferTo: (agent: string) => void;
  /** Tells model and clients how far a long-running call is. */
  readonly progress: (value: unknown) => void;
  /** What whoever approved the call sent along; undefined when nothing, or nobody was asked. */
  readonly approved?: unknown;
}

/** What a watching tool sees, hears and reads: the kinds it asked for. */
export type Input =
  /** A camera frame, as standard base64. */
  | { readonly type: "image"; readonly mimeType: string; readonly data: string }
  | { readonly type: "audio"; readonly pcm: Uint8Array; readonly rate: number }
  | { readonly type: "text"; readonly text: string };

export interface WatchContext extends ToolContext {
  /** Live input since the call. Bounded: a slow watcher misses the old, never the newest. */
  readonly input: AsyncIterable<Input>;
}

/** What `run` gets after the check. */
type ParsedArguments<P> = P extends z.ZodType ? z.output<P> : Record<string, unknown>;

interface CommonDefinition<P extends Parameters> {
  readonly name: string;
  readonly description: string;
  readonly parameters?: P;
  /** BLOCKING holds the model's tongue until the answer. Left out, it is what the model does by itself. */
  readonly behavior?: "BLOCKING" | "NON_BLOCKING";
  readonly scheduling?: Scheduling;
  /** A person must say yes before it runs. */
  readonly approval?: Approval<ParsedArguments<P>>;
}

/**
 * Whether a call waits for a person's yes: always, always in these words, or as its arguments say: words
 * that tell the person what will happen, true for words made of name and arguments, false for no question.
 */
export type Approval<Args> = true | string | ((args: Args) => boolean | string);

export interface FunctionDefinition<P extends Parameters> extends CommonDefinition<P> {
  /** It is answered for after this long, in ms. Of a long-running call, only the beginning is limited. */
  readonly deadlineMs?: number;
  /** It answers later than a talk can wait: the model is told at once that it is under way. */
  readonly longRunning?: boolean;
  readonly run: (args: ParsedArguments<P>, context: ToolContext) => unknown;
}

export interface StreamDefinition<P extends Parameters> extends CommonDefinition<P> {
  readonly run: (args: ParsedArguments<P>, context: ToolContext) => AsyncIterable<unknown>;
}

export interface WatchDefinition<P extends Parameters> extends CommonDefinition<P> {
  readonly watches: readonly Input["type"][];
  readonly run: (args: ParsedArguments<P>, context: WatchContext) => AsyncIterable<unknown>;
}

interface CallableBase {
  readonly name: string;
  readonly description: string;
  readonly arguments: Arguments;
  readonly behavior: "BLOCKING" | "NON_BLOCKING" | undefined;
  readonly scheduling: Scheduling | undefined;
  readonly approval?: Approval<unknown> | undefined;
  /** As the model is told of it, word for word; made from the rest when it is left out. */
  readonly declaration?: FunctionDeclaration | undefined;
}

export interface FunctionTool extends CallableBase {
  readonly kind: "function";
  readonly deadlineMs: number;
  readonly longRunning: boolean;
  readonly run: (args: unknown, context: ToolContext) => unknown;
}

export interface StreamingTool extends CallableBase {
  readonly kind: "stream";
  readonly watches: readonly Input["type"][];
  readonly run: (args: unknown, context: WatchContext) => AsyncIterable<unknown>;
}

export interface BuiltIn {
  readonly kind: "built-in";
  readonly name: "googleSearch" | "codeExecution" | "urlContext";
}

export type CallableTool = FunctionTool | StreamingTool;
export type Tool = CallableTool | BuiltIn | Toolset;

/** The usual patience with a tool, in ms. */
export const defaultDeadlineMs = 20_000;

/** What the model is told of a function that did not answer in time. */
export const deadlineMessage = (ms: number): string =>
  `The function did not answer within ${ms / 1000} seconds.`;

/** A function that answers once. @throws Error naming the tool when its parameters cannot be told to a model. */
export function tool<P extends Parameters>(definition: FunctionDefinition<P>): FunctionTool {
  const { deadlineMs = defaultDeadlineMs, longRunning = false, run } = definition;
  return {
    kind: "function",
    ...callableBase(definition),
    deadlineMs,
    longRunning,
    run: run as FunctionTool["run"],
  };
}

/** A generator: each yield goes to the model and to the clients while the talk goes on. */
export function streamingTool<P extends Parameters>(
  definition: StreamDefinition<P>,
): StreamingTool {
  const run = definition.run as StreamingTool["run"];
  return { kind: "stream", ...callableBase(definition), watches: [], run };
}

/** A generator that also sees, hears or reads what the user sends (ADK: input_stream). */
export function watchingTool<P extends Parameters>(definition: WatchDefinition<P>): StreamingTool {
  const { watches, run } = definition;
  return { kind: "stream", ...callableBase(definition), watches, run: run as StreamingTool["run"] };
}

export const googleSearch: BuiltIn = { kind: "built-in", name: "googleSearch" };
export const codeExecution: BuiltIn = { kind: "built-in", name: "codeExecution" };
export const urlContext: BuiltIn = { kind: "built-in", name: "urlContext" };

function callableBase<P extends Parameters>({
  name,
  description,
  parameters,
  behavior,
  scheduling,
  approval,
}: CommonDefinition<P>): CallableBase {
  if (!/^[a-zA-Z_][\w.-]{0,63}$/.test(name))
    throw new Error(
      `Tool "${name}": a name is a letter or _, then up to 63 letters, digits, _ . or -.`,
    );
  try {
    const asks = approval as Approval<unknown> | undefined;
    return {
      name,
      description,
      arguments: argumentsOf(parameters),
      behavior,
      scheduling,
      approval: asks,
    };
  } catch (error) {
    const why = error instanceof Error ? error.message : "bad parameters";
    throw new Error(`Tool "${name}": ${why}.`, { cause: error });
  }
}
