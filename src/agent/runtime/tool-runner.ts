/**
 * Runs the tools that an agent's model calls: concurrently, off the audio path.
 *
 *   call ─► known? in budget? already running? ─► run ─┬─ result ────────────► the final response
 *                                                      ├─ yield, progress ───► a response, more will follow
 *                                                      └─ throws, deadline ──► an error response
 *
 * Every call gets a response, whatever its tool does. No tool outlives the conversation.
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
} from "../../core/tool-calls.ts";
import { abortMessage } from "../../core/adk/event.ts";
import { errorResponse, toToolResponse } from "../../core/live-api/tool-response.ts";
import type { FunctionCall } from "../../wire/live-api.ts";
import type { CallControl } from "./call-control.ts";
import { InputStream } from "./input-stream.ts";
import { withTimeout } from "../../with-timeout.ts";
import { logToolFailure } from "./tool-failure.ts";
import { streamToStop, stopStreamingName } from "./stop-streaming.ts";
import type {
  CallableTool,
  FileContent,
  FunctionTool,
  Input,
  State,
  StreamingTool,
  ToolContext,
} from "../tool.ts";
import { Scheduled, ToolError, deadlineMessage } from "../tool.ts";

/** One response to a call, under each of its ids. */
export interface ToolCallResponse {
  readonly call: RunningCall;
  readonly response: Record<string, unknown>;
  /** More responses to the same call will follow. */
  readonly willContinue: boolean;
  readonly scheduling: CallableTool["scheduling"];
  /** The client aborted the turn. */
  readonly aborted?: true;
}

/** The check of the speech that led to tool calls. */
export interface SpeechCheck {
  readonly passes: Promise<boolean>;
  /** Asked once it is done. */
  readonly isPermitted: () => boolean;
}

interface ToolRunnerHost {
  /** Delivers a response to the model and to the clients. */
  respond(response: ToolCallResponse): void;
  /** Transfers the conversation once the call is answered. @throws Error if the agent may not transfer to that one. */
  transfer(call: RunningCall, to: string, reason: string | undefined): void;
  /** Delivers a message of the tool to the clients alone. @throws Error if it is no message. */
  tellPeople(call: RunningCall, contents: readonly FileContent[]): void;
  readonly artifacts: Pick<ToolContext, "saveArtifact" | "loadArtifact" | "listArtifacts">;
  readonly state: State;
  readonly env: object;
  /** The conversation's telephone call, for tools. */
  readonly callControl: Pick<CallControl, "call">;
}

interface CallResources {
  readonly abort: AbortController;
  readonly input: InputStream | undefined;
}

/** Calls of one message that wait for the check of what led to them. */
interface HeldCalls {
  calls: readonly FunctionCall[];
  readonly run: string;
}

const pendingMessage = "The function is running asynchronously and the results are pending.";

export class ToolRunner {
  readonly #host: ToolRunnerHost;
  readonly #resources = new Map<string, CallResources>();
  #calls: ToolCalls = noToolCalls;
  readonly #held = new Set<HeldCalls>();

  constructor(host: ToolRunnerHost) {
    this.#host = host;
  }

  /** Calls that run, or are to start. */
  get runningCount(): number {
    return this.#calls.running.length + this.#held.size;
  }

  /**
   * Holds calls until a check of what led to them is done.
   * @param run the session that made them, by its invocation id.
   * @returns those to start then: the others were cancelled, aborted or stopped.
   */
  async hold(
    calls: readonly FunctionCall[],
    run: string,
    check: Promise<unknown>,
  ): Promise<readonly FunctionCall[]> {
    const held: HeldCalls = { calls, run };
    this.#held.add(held);
    await check;
    this.#held.delete(held);
    return held.calls;
  }

  /** Starts the calls of one message, all at once. */
  startCalls(
    functionCalls: readonly FunctionCall[],
    tools: readonly CallableTool[],
    agent: string,
    context: Omit<CallContext, "known">,
  ): void {
    const known = tools.map((tool) => tool.name);
    for (const functionCall of functionCalls) {
      const tool = tools.find(({ name }) => name === functionCall.name);
      const [calls, verdict] = admitCall(this.#calls, functionCall, tool, { ...context, known });
      this.#calls = calls;
      if (verdict.type === "answer") this.#reject(functionCall, context.run, verdict.response);
      if (verdict.type === "run" && tool) void this.#run(verdict.call, tool, agent);
    }
  }

  /** Cancels calls as the model asks; they get no response. */
  cancel(ids: readonly string[]): void {
    for (const held of this.#held) takeHeld(held, ids);
    const [calls, cancelled] = cancelCalls(this.#calls, ids);
    this.#calls = calls;
    for (const call of cancelled) this.#end(call, "The model cancelled the call.");
  }

  /** Ends calls as the client aborts the turn that made them. Each gets a response, which the model does not answer. */
  abort(ids: readonly string[]): number {
    const running = this.#calls.running.filter(({ ids: [id] }) => ids.includes(id));
    const held = [...this.#held].flatMap((each) =>
      takeHeld(each, ids).map((call) => unstarted(call, each.run)),
    );
    for (const call of [...running, ...held]) {
      this.#calls = removeCall(this.#calls, call.ids[0]);
      this.#end(call, abortMessage);
      const response = errorResponse(new ToolError(abortMessage));
      this.#host.respond({
        call,
        response,
        willContinue: false,
        scheduling: "SILENT",
        aborted: true,
      });
    }
    return running.length + held.length;
  }

  /** Passes the user's input on to the watching tools. */
  offerToWatchers(input: Input): void {
    for (const resources of this.#resources.values()) resources.input?.push(input);
  }

  /** Another agent became active: aborts the streams, while functions may still answer. */
  release(): void {
    for (const call of runningStreams(this.#calls)) {
      this.#calls = removeCall(this.#calls, call.ids[0]);
      this.#end(call, "Another agent took over.");
    }
  }

  /** Aborts everything. */
  stop(): void {
    for (const call of this.#calls.running) this.#end(call, "The conversation is over.");
    this.#calls = noToolCalls;
    for (const held of this.#held) held.calls = [];
    this.#held.clear();
  }

  async #run(call: RunningCall, tool: CallableTool, agent: string): Promise<void> {
    const [id] = call.ids;
    const args = parseArguments(tool, call.args);
    if ("error" in args)
      return this.#finish(id, tool, errorResponse(new ToolError(`Wrong arguments. ${args.error}`)));
    if (tool.name === stopStreamingName)
      return this.#finish(id, tool, this.#stopStreams(streamToStop(call.args)));
    const abort = new AbortController();
    const input = tool.kind === "stream" ? new InputStream(tool.watches, abort.signal) : undefined;
    this.#resources.set(id, { abort, input });
    const context = this.#context(call, tool, agent, abort.signal);
    try {
      if (tool.kind === "function") await this.#runFunction(id, tool, args.value, context);
      else
        await this.#runStream(id, tool, args.value, { ...context, input: input ?? emptyInput() });
    } catch (error) {
      if (findCall(this.#calls, id)) logToolFailure(tool.name, error);
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
    this.#finish(id, withScheduling(tool, value), responseOf(tool, value));
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
      this.#respond(id, withScheduling(tool, value), responseOf(tool, value));
    }
    this.#finish(id, { ...tool, scheduling: "SILENT" }, { status: `${tool.name} has ended.` });
  }

  #context(call: RunningCall, tool: CallableTool, agent: string, signal: AbortSignal): ToolContext {
    const [callId] = call.ids;
    const { state, env, callControl, artifacts } = this.#host;
    return {
      ...artifacts,
      // The call may be over by then, and the conversation deleted.
      saveArtifact: async (...file) => {
        signal.throwIfAborted();
        return artifacts.saveArtifact(...file);
      },
      signal,
      callId,
      agent,
      state,
      env,
      call: callControl.call,
      sleep: (ms) => sleep(ms, signal),
      transferTo: (to, { reason } = {}) => this.#host.transfer(call, to, reason),
      tellPeople: (...contents) => {
        if (findCall(this.#calls, callId)) this.#host.tellPeople(call, contents);
      },
      progress: (value) =>
        value instanceof Scheduled
          ? this.#respond(callId, withScheduling(tool, value), toToolResponse(value.value))
          : this.#respond(
              callId,
              { ...tool, scheduling: "SILENT" },
              toToolResponse({ progress: value }),
            ),
    };
  }

  /** The statuses are those of ADK. */
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

  /** Sends the final response. A call that was cancelled or stopped gets none. */
  #finish(id: string, { scheduling }: CallableTool, response: Record<string, unknown>): void {
    const call = findCall(this.#calls, id);
    if (!call) return;
    this.#calls = removeCall(this.#calls, id);
    this.#end(call, "It is done.");
    this.#host.respond({ call, response, willContinue: false, scheduling });
  }

  #reject(requested: FunctionCall, run: string, response: Record<string, unknown>): void {
    const call = unstarted(requested, run);
    this.#host.respond({ call, response, willContinue: false, scheduling: undefined });
  }

  #end({ ids: [id] }: RunningCall, reason: string): void {
    this.#resources.get(id)?.abort.abort(new Error(reason));
    this.#resources.delete(id);
  }
}

/** A call that does not run, for a response to it. */
const unstarted = ({ id, name = "", args = {} }: FunctionCall, run: string): RunningCall => ({
  ids: [id ?? name],
  name,
  args,
  kind: "function",
  run,
});

/** Takes the calls of these ids out of those that are held. */
function takeHeld(held: HeldCalls, ids: readonly string[]): readonly FunctionCall[] {
  const isTaken = ({ id, name = "" }: FunctionCall): boolean => ids.includes(id ?? name);
  const taken = held.calls.filter(isTaken);
  held.calls = held.calls.filter((call) => !isTaken(call));
  return taken;
}

/** An error that a tool returns is a failure as one that it throws. */
function responseOf({ name }: CallableTool, value: unknown): Record<string, unknown> {
  const result = unwrapScheduled(value);
  if (result instanceof Error) logToolFailure(name, result);
  return toToolResponse(result);
}

const unwrapScheduled = (value: unknown): unknown =>
  value instanceof Scheduled ? value.value : value;

/** The tool, with the scheduling of this one result. */
const withScheduling = (tool: CallableTool, value: unknown): CallableTool =>
  value instanceof Scheduled && value.scheduling !== undefined
    ? { ...tool, scheduling: value.scheduling }
    : tool;

/** Validates arguments. An exception of the author's own check counts as a validation error. */
function parseArguments(
  { name, arguments: { parse } }: CallableTool,
  args: unknown,
): ReturnType<typeof parse> {
  try {
    return parse(args);
  } catch (error) {
    logToolFailure(name, error);
    return { error: error instanceof ToolError ? error.message : "They could not be checked." };
  }
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const onAbort = (): void => reject(signal.reason as Error);
  if (signal.aborted) onAbort();
  const timer = setTimeout(resolve, ms);
  signal.addEventListener("abort", onAbort, { once: true });
  return promise.finally(() => {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  });
}

async function* emptyInput(): AsyncGenerator<Input> {
  // Only streams watch.
}
