/**
 * Declares tools: functions that answer once, streams that answer many times, watchers that receive the user's live
 * input, and the model's built-in tools.
 */
import type * as z from "zod";
import type { FileContent } from "../core/adk/artifact.ts";
import type { ToolBehavior } from "../core/live-api/capabilities.ts";
import { lazy } from "../wire/lazy.ts";
import type { FunctionDeclaration } from "../wire/live-api.ts";
import { argumentsOf, noParameters, type Arguments, type Parameters } from "./tool-schema.ts";
import type { PhoneCall } from "./phone.ts";
import type { Toolset } from "./toolset.ts";

export { ToolError } from "../core/errors.ts";
export type { FileContent };

/** When the model speaks of a result: at once, when it is idle, or never (Live API: FunctionResponseScheduling). */
export type Scheduling = "INTERRUPT" | "WHEN_IDLE" | "SILENT";

/**
 * A result with a scheduling of its own, in place of the tool's. `run` may return or yield one; `progress` takes one.
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
 * by all users' conversations, `temp:name` lasts for this run and is never stored; every other key is the
 * conversation's own. A write is published as an event (`actions.stateDelta`).
 */
export interface State {
  get(key: string): unknown;
  /**
   * @param value a JSON value; null removes the key.
   * @throws Error if the value is not JSON, the scope is full (512 KiB), or the tool's call is over.
   */
  set(key: string, value: unknown): void;
}

export interface ToolContext {
  /** Aborted when the model cancels or stops the call, its deadline passes, or the conversation ends. */
  readonly signal: AbortSignal;
  readonly callId: string;
  /** The name of the calling agent. */
  readonly agent: string;
  readonly state: State;
  /** The Worker's bindings, such as a database. */
  readonly env: object;
  /** Rejects when `signal` is aborted. */
  readonly sleep: (ms: number) => Promise<void>;
  /**
   * Transfers the conversation to another agent once this call is answered.
   * @param options.reason for the clients (`actions.transferReason`) and the next agent; at most 500 characters are kept.
   * @throws Error if the calling agent may not transfer to that one.
   */
  readonly transferTo: (agent: string, options?: { readonly reason?: string | undefined }) => void;
  /** Sends an intermediate response to the model and the clients. */
  readonly progress: (value: unknown) => void;
  /**
   * Sends a message to the people alone: all clients and the log get it, the model does not (ADK: a streaming tool that
   * yields `Event(message=…)`). After the end of the call it has no effect.
   * @param contents texts, and files such as pictures.
   * @throws Error if the message is empty, holds audio, or is larger than 512 KiB.
   */
  readonly tellPeople: (...contents: readonly FileContent[]) => void;
  /** The conversation's telephone call; undefined while no caller is connected. */
  readonly call?: PhoneCall | undefined;
  /**
   * Saves a new version of an artifact, and publishes it as an event (`actions.artifactDelta`). A name that begins with
   * `user:` is shared by the user's conversations with the app.
   * @returns the version, from 0.
   * @throws Error if no address can hold the name, or there is no room (256 MiB).
   */
  readonly saveArtifact: (
    name: string,
    content: FileContent,
    metadata?: Record<string, unknown>,
  ) => Promise<number>;
  /** @param version the newest by default. @returns undefined if there is none. */
  readonly loadArtifact: (name: string, version?: number) => Promise<FileContent | undefined>;
  /** The names of the conversation's artifacts and of the user's, in alphabetical order. */
  readonly listArtifacts: () => Promise<string[]>;
  /** The payload that came with the approval; undefined without a payload or without approval. */
  readonly approved?: unknown;
}

/** An item of live input: one of the kinds that a watching tool asked for. */
export type Input =
  /** A camera frame, as standard base64. */
  | { readonly type: "image"; readonly mimeType: string; readonly data: string }
  | { readonly type: "audio"; readonly pcm: Uint8Array; readonly rate: number }
  | { readonly type: "text"; readonly text: string };

export interface WatchContext extends ToolContext {
  /** Live input since the call. Bounded: a slow watcher loses the oldest items. */
  readonly input: AsyncIterable<Input>;
}

/** The arguments of `run`, after validation. */
type ParsedArguments<P> = P extends z.ZodType
  ? z.output<P>
  : P extends () => infer Made
    ? ParsedArguments<Made>
    : Record<string, unknown>;

interface CommonDefinition<P extends Parameters> {
  readonly name: string;
  readonly description: string;
  /** A function is called when the parameters are first needed, and by the check of the agents before they are served. */
  readonly parameters?: P;
  /** BLOCKING: the model is silent until the answer. The default is the model's own. */
  readonly behavior?: ToolBehavior;
  readonly scheduling?: Scheduling;
  /** A person must approve a call before the tool runs. */
  readonly approval?: Approval<ParsedArguments<P>>;
}

/**
 * Whether a call waits for a person's approval: always; always, with this text; or depending on its arguments. The text
 * completes "The agent wants to …"; true stands for a text made of name and arguments.
 */
export type Approval<Args> = true | string | ((args: Args) => boolean | string);

export interface FunctionDefinition<P extends Parameters> extends CommonDefinition<P> {
  /** After this time the model receives an error, in ms. A long-running call has no deadline. */
  readonly deadlineMs?: number;
  /** The call takes longer than a conversation can wait: the model receives a pending response at once. */
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
  /** If the definition's parameters are a function, the first use calls it, and throws for what cannot be declared. */
  readonly arguments: Arguments;
  readonly behavior: ToolBehavior | undefined;
  readonly scheduling: Scheduling | undefined;
  readonly approval?: Approval<unknown> | undefined;
  /** Sent to the model as it is; by default the relay makes it from the other fields. */
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

/** In ms. */
export const defaultDeadlineMs = 20_000;

export const deadlineMessage = (ms: number): string =>
  `The function did not answer within ${ms / 1000} seconds.`;

/**
 * Declares a function that answers once.
 * @throws Error naming the tool if the Live API's schema cannot express its parameters.
 */
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

/** Declares a stream: the model and the clients receive each value that it yields, while the conversation goes on. */
export function streamingTool<P extends Parameters>(
  definition: StreamDefinition<P>,
): StreamingTool {
  const run = definition.run as StreamingTool["run"];
  return { kind: "stream", ...callableBase(definition), watches: [], run };
}

/** Declares a stream that also receives the user's live input (ADK: input_stream). */
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
  run,
}: CommonDefinition<P> & { readonly run: unknown }): CallableBase {
  if (!/^[a-zA-Z_][\w.-]{0,63}$/.test(name))
    throw new Error(
      `Tool "${name}": a name is a letter or _, then up to 63 letters, digits, _ . or -.`,
    );
  if (typeof run !== "function") throw new Error(`Tool "${name}": run must be a function.`);
  return {
    name,
    description,
    arguments: namedArgumentsOf(name, parameters),
    behavior,
    scheduling,
    approval: approval as Approval<unknown> | undefined,
  };
}

function namedArgumentsOf(name: string, parameters: Parameters = noParameters): Arguments {
  if (typeof parameters === "function") {
    const made = lazy(() => namedArgumentsOf(name, parameters()));
    return {
      get schema() {
        return made().schema;
      },
      parse: (args) => made().parse(args),
    };
  }
  try {
    return argumentsOf(parameters);
  } catch (error) {
    const reason = error instanceof Error ? error.message : "bad parameters";
    throw new Error(`Tool "${name}": ${reason}.`, { cause: error });
  }
}
