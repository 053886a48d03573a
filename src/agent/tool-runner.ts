/**
 * Runs the tools an agent's model calls: off the audio path, side by side, each answered when it is ready.
 *
 *   call ─► known? in budget? running already? ─► run ─┬─ a result ──────────► answer, once
 *                                                      ├─ a yield, progress ─► answer, more to come
 *                                                      └─ throws, too late ──► answer with the error
 *
 * Every call is answered, whatever a tool does. What runs ends with the conversation.
 */
import {
  cancelCalls,
  findCall,
  noToolCalls,
  admitCall,
  removeCall,
  runningStreams,
  type ToolCalls,
  type CallContext,
  type RunningCall,
} from "../core/tool-calls.ts";
import { errorResponse, toToolResponse } from "../core/live-api/tool-response.ts";
import type { FunctionCall } from "../wire/live-api.ts";
import { InputStream } from "./input-stream.ts";
import { withTimeout } from "./with-timeout.ts";
import { streamToStop, stopStreamingName } from "./stop-streaming.ts";
import type {
  CallableTool,
  FunctionTool,
  Input,
  State,
  StreamingTool,
  ToolContext,
} from "./tool.ts";
import { Scheduled, deadlineMessage } from "./tool.ts";

/** One answer to one or more ids of a call. */
export interface ToolCallResponse {
  readonly call: RunningCall;
  readonly response: Record<string, unknown>;
  /** More answers to the same call will follow. */
  readonly willContinue: boolean;
  readonly scheduling: CallableTool["scheduling"];
}

export interface ToolRunnerHost {
  /** Carries an answer to the model, and to the clients. */
  respond(answer: ToolCallResponse): void;
  /** Somebody else shall go on once the call is answered. @throws Error when that may not be. */
  transfer(call: RunningCall, to: string): void;
  readonly state: State;
  readonly env: object;
}

interface CallResources {
  readonly abort: AbortController;
  readonly feed: InputStream | undefined;
}

export const pendingMessage = "The function is running asynchronously and the results are pending.";

export class ToolRunner {
  readonly #host: ToolRunnerHost;
  readonly #resources = new Map<string, CallResources>();
  #calls: ToolCalls = noToolCalls;

  constructor(world: ToolRunnerHost) {
    this.#host = world;
  }

  /** How many tools run now. */
  get runningCount(): number {
    return this.#calls.running.length;
  }

  /** The calls of one message. They start at once, together. */
  startCalls(
    wanted: readonly FunctionCall[],
    tools: readonly CallableTool[],
    agent: string,
    circumstances: Omit<CallContext, "known">,
  ): void {
    const known = tools.map((tool) => tool.name);
    for (const each of wanted) {
      const tool = tools.find(({ name }) => name === each.name);
      const [calls, verdict] = admitCall(this.#calls, each, tool, { ...circumstances, known });
      this.#calls = calls;
      if (verdict.type === "answer") this.#refuse(each, circumstances.run, verdict.response);
      if (verdict.type === "run" && tool) void this.#run(verdict.call, tool, agent);
    }
  }

  /** The model wants no answer any more. */
  cancel(ids: readonly string[]): void {
    const [calls, gone] = cancelCalls(this.#calls, ids);
    this.#calls = calls;
    for (const call of gone) this.#end(call, "The model cancelled the call.");
  }

  /** What the user sends, for the tools that watch. */
  offerToWatchers(input: Input): void {
    for (const { feed } of this.#resources.values()) feed?.push(input);
  }

  /** Another agent goes on: its streams are nobody's any more, its functions will be answered. */
  release(): void {
    for (const call of runningStreams(this.#calls)) {
      this.#calls = removeCall(this.#calls, call.ids[0]);
      this.#end(call, "Another agent took over.");
    }
  }

  /** The conversation is over. */
  stop(): void {
    for (const call of this.#calls.running) this.#end(call, "The conversation is over.");
    this.#calls = noToolCalls;
  }

  async #run(call: RunningCall, tool: CallableTool, agent: string): Promise<void> {
    const [id] = call.ids;
    const args = parseArguments(tool, call.args);
    if ("error" in args) return this.#finish(id, tool, { error: `Wrong arguments. ${args.error}` });
    if (tool.name === stopStreamingName)
      return this.#finish(id, tool, this.#stopStreams(streamToStop(call.args)));
    const abort = new AbortController();
    const feed = tool.kind === "stream" ? new InputStream(tool.watches, abort.signal) : undefined;
    this.#resources.set(id, { abort, feed });
    const context = this.#context(call, tool, agent, abort.signal);
    try {
      if (tool.kind === "function") await this.#runFunction(id, tool, args.value, context);
      else await this.#runStream(id, tool, args.value, { ...context, input: feed ?? emptyInput() });
    } catch (error) {
      this.#finish(id, tool, errorResponse(error));
    }
  }

  async #runFunction(
    id: string,
    tool: FunctionTool,
    args: unknown,
    context: ToolContext,
  ): Promise<void> {
    const work = Promise.resolve(tool.run(args, context));
    if (tool.longRunning) this.#respond(id, tool, { status: "pending", message: pendingMessage });
    const value = tool.longRunning
      ? await work
      : await withTimeout(work, tool.deadlineMs, deadlineMessage(tool.deadlineMs));
    this.#finish(id, withScheduling(tool, value), toToolResponse(unwrapScheduled(value)));
  }

  async #runStream(
    id: string,
    tool: StreamingTool,
    args: unknown,
    context: ToolContext & { input: AsyncIterable<Input> },
  ): Promise<void> {
    this.#respond(id, { ...tool, scheduling: "SILENT" }, { status: pendingMessage });
    for await (const value of tool.run(args, context)) {
      if (context.signal.aborted) return;
      this.#respond(id, withScheduling(tool, value), toToolResponse(unwrapScheduled(value)));
    }
    this.#finish(id, { ...tool, scheduling: "SILENT" }, { status: `${tool.name} has ended.` });
  }

  #context(call: RunningCall, tool: CallableTool, agent: string, signal: AbortSignal): ToolContext {
    const [callId] = call.ids;
    const { state, env } = this.#host;
    return {
      signal,
      callId,
      agent,
      state,
      env,
      sleep: (ms) => sleep(ms, signal),
      transferTo: (to) => this.#host.transfer(call, to),
      progress: (value) =>
        value instanceof Scheduled
          ? this.#respond(callId, withScheduling(tool, value), toToolResponse(value.value))
          : this.#respond(callId, { ...tool, scheduling: "SILENT" }, { progress: value }),
    };
  }

  /** ADK's words: models were told to expect them. */
  #stopStreams(name: string): Record<string, unknown> {
    const stopped = runningStreams(this.#calls, name);
    for (const call of stopped) {
      this.#calls = removeCall(this.#calls, call.ids[0]);
      this.#end(call, "It was stopped.");
      this.#host.respond({
        call,
        response: { status: "stopped" },
        willContinue: false,
        scheduling: "SILENT",
      });
    }
    return {
      status:
        stopped.length > 0
          ? `Successfully stopped streaming function ${name}`
          : `No active streaming function named ${name} found`,
    };
  }

  #respond(id: string, { scheduling }: CallableTool, response: Record<string, unknown>): void {
    const call = findCall(this.#calls, id);
    if (call) this.#host.respond({ call, response, willContinue: true, scheduling });
  }

  /** The last answer. A call that was cancelled or stopped is not found any more, and is not answered. */
  #finish(id: string, { scheduling }: CallableTool, response: Record<string, unknown>): void {
    const call = findCall(this.#calls, id);
    if (!call) return;
    this.#calls = removeCall(this.#calls, id);
    this.#end(call, "It is done.");
    this.#host.respond({ call, response, willContinue: false, scheduling });
  }

  #refuse(
    { id, name = "", args = {} }: FunctionCall,
    run: string,
    response: Record<string, unknown>,
  ): void {
    const call: RunningCall = { ids: [id ?? name], name, args, kind: "function", run };
    this.#host.respond({ call, response, willContinue: false, scheduling: undefined });
  }

  #end({ ids: [id] }: RunningCall, why: string): void {
    this.#resources.get(id)?.abort.abort(new Error(why));
    this.#resources.delete(id);
  }
}

const unwrapScheduled = (value: unknown): unknown =>
  value instanceof Scheduled ? value.value : value;

/** The tool as this one result is to be heard. */
const withScheduling = (tool: CallableTool, value: unknown): CallableTool =>
  value instanceof Scheduled && value.scheduling !== undefined
    ? { ...tool, scheduling: value.scheduling }
    : tool;

/** An author's own check may throw; that is an answer too. */
function parseArguments(
  { arguments: { parse } }: CallableTool,
  args: unknown,
): ReturnType<typeof parse> {
  try {
    return parse(args);
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const stop = (): void => reject(signal.reason as Error);
  if (signal.aborted) stop();
  const timer = setTimeout(resolve, ms);
  signal.addEventListener("abort", stop, { once: true });
  return promise.finally(() => {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
  });
}

async function* emptyInput(): AsyncGenerator<Input> {
  // A function has nothing to watch.
}
