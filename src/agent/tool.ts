/**
 * What an agent can do besides talking: functions that answer once, streams that answer many times,
 * watchers that see and hear along, and what the model brings itself.
 */
import type { z } from "zod";
import { argumentsOf, type Arguments, type Parameters } from "./schema.ts";

/** How a result is to be heard: at once, when the model is idle, or not at all (Live API: FunctionResponseScheduling). */
export type Scheduling = "INTERRUPT" | "WHEN_IDLE" | "SILENT";

/** Session state; `user:` and `app:` prefixes reach beyond the conversation. Writing tells the clients. */
export interface State {
  get(key: string): unknown;
  set(key: string, value: unknown): void;
}

export interface ToolContext {
  /** Aborted when the model cancels the call, its time is up, or the conversation ends. */
  readonly signal: AbortSignal;
  readonly callId: string;
  /** The agent that called. */
  readonly agent: string;
  readonly app: string;
  readonly user: string;
  readonly session: string;
  readonly state: State;
  /** The Worker's bindings, such as a D1 database. */
  readonly env: Readonly<Record<string, unknown>>;
  /** The newest camera frame, if there was one. */
  readonly frame: Picture | undefined;
  /** Tells model and clients how far a long call is. */
  progress(value: unknown): void;
  /** Waits, unless aborted. Streams are paced by it, so tests can turn its clock. */
  sleep(ms: number): Promise<void>;
}

export interface Picture {
  readonly mimeType: string;
  /** Standard base64. */
  readonly data: string;
}

/** What a watching tool sees and hears: as little or as much as it asked for. */
export type Input =
  | ({ readonly type: "image" } & Picture)
  | { readonly type: "audio"; readonly pcm: Uint8Array; readonly rate: number }
  | { readonly type: "text"; readonly text: string };

export interface WatchContext extends ToolContext {
  /** Live input since the call. Bounded: a slow watcher misses the old, never the newest. */
  readonly input: AsyncIterable<Input>;
}

/** Returns what the run's arguments are after the check. */
type Checked<P> = P extends z.ZodType ? z.output<P> : Record<string, unknown>;

interface Common<P extends Parameters> {
  readonly name: string;
  readonly description: string;
  readonly parameters?: P;
  /** BLOCKING holds the model's tongue until the answer. Left out, it is what the model does by itself. */
  readonly behavior?: "BLOCKING" | "NON_BLOCKING";
  readonly scheduling?: Scheduling;
  /** Ask an operator before it runs; the sentence is what they read. */
  readonly approval?: string;
}

export interface FunctionDefinition<P extends Parameters> extends Common<P> {
  /** Answer for it after this long, in ms. */
  readonly deadlineMs?: number;
  /** It answers later than a talk can wait: the model is told at once that it is under way. */
  readonly longRunning?: boolean;
  readonly run: (args: Checked<P>, context: ToolContext) => unknown;
}

export interface StreamDefinition<P extends Parameters> extends Common<P> {
  readonly run: (args: Checked<P>, context: ToolContext) => AsyncIterable<unknown>;
}

export interface WatchDefinition<P extends Parameters> extends Common<P> {
  readonly watches: readonly Input["type"][];
  readonly run: (args: Checked<P>, context: WatchContext) => AsyncIterable<unknown>;
}

interface Callable {
  readonly name: string;
  readonly description: string;
  readonly arguments: Arguments;
  readonly behavior: "BLOCKING" | "NON_BLOCKING" | undefined;
  readonly scheduling: Scheduling | undefined;
  readonly approval: string | undefined;
}

export interface FunctionTool extends Callable {
  readonly kind: "function";
  readonly deadlineMs: number;
  readonly longRunning: boolean;
  readonly run: (args: unknown, context: ToolContext) => unknown;
}

export interface StreamingTool extends Callable {
  readonly kind: "stream";
  readonly watches: readonly Input["type"][];
  readonly run: (args: unknown, context: WatchContext) => AsyncIterable<unknown>;
}

export interface BuiltIn {
  readonly kind: "built-in";
  readonly name: "googleSearch" | "codeExecution" | "urlContext";
}

/** The tools of a remote MCP server (streamable HTTP). */
export interface McpServer {
  readonly kind: "mcp";
  readonly name: string;
  readonly url: string;
  /** The tools that may be used; all others stay unseen. */
  readonly allow: readonly string[];
  /** Values may name a binding as `env:NAME`, so that no secret stands in code. */
  readonly headers: Readonly<Record<string, string>>;
  readonly deadlineMs: number;
}

export type CallableTool = FunctionTool | StreamingTool;
export type Tool = CallableTool | BuiltIn | McpServer;

/** The usual patience with a tool, in ms. */
export const usualDeadlineMs = 20_000;

/** A function that answers once. @throws Error naming the tool when its parameters cannot be told to a model. */
export function tool<P extends Parameters>(definition: FunctionDefinition<P>): FunctionTool {
  const { deadlineMs = usualDeadlineMs, longRunning = false, run } = definition;
  return {
    kind: "function",
    ...callable(definition),
    deadlineMs,
    longRunning,
    run: run as FunctionTool["run"],
  };
}

/** A generator: each yield goes to the model and to the clients while the talk goes on. */
export function streamingTool<P extends Parameters>(
  definition: StreamDefinition<P>,
): StreamingTool {
  return {
    kind: "stream",
    ...callable(definition),
    watches: [],
    run: definition.run as StreamingTool["run"],
  };
}

/** A generator that also sees, hears or reads what the user sends (ADK: input_stream). */
export function watchingTool<P extends Parameters>(definition: WatchDefinition<P>): StreamingTool {
  const { watches, run } = definition;
  return { kind: "stream", ...callable(definition), watches, run: run as StreamingTool["run"] };
}

/** The tools of an MCP server, by its streamable HTTP address. */
export const mcp = (
  url: string,
  {
    name = new URL(url).host,
    allow,
    headers = {},
    deadlineMs = usualDeadlineMs,
  }: Partial<McpServer> & Pick<McpServer, "allow">,
): McpServer => ({ kind: "mcp", name, url, allow, headers, deadlineMs });

export const googleSearch: BuiltIn = { kind: "built-in", name: "googleSearch" };
export const codeExecution: BuiltIn = { kind: "built-in", name: "codeExecution" };
export const urlContext: BuiltIn = { kind: "built-in", name: "urlContext" };

function callable({
  name,
  description,
  parameters,
  behavior,
  scheduling,
  approval,
}: Common<Parameters>): Callable {
  if (!/^[a-zA-Z_][\w.-]{0,63}$/.test(name))
    throw new Error(
      `Tool "${name}": a name is a letter or _, then up to 63 letters, digits, _ . or -.`,
    );
  try {
    return {
      name,
      description,
      arguments: argumentsOf(parameters),
      behavior,
      scheduling,
      approval,
    };
  } catch (error) {
    throw new Error(
      `Tool "${name}": ${error instanceof Error ? error.message : "bad parameters"}.`,
      {
        cause: error,
      },
    );
  }
}
