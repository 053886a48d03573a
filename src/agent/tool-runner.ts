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
  cancelled,
  find,
  noCalls,
  receive,
  settle,
  streams,
  type Calls,
  type Circumstances,
  type Running,
} from "../core/tool-calls.ts";
import { errorResponse, responseOf } from "../core/live-api/tool-response.ts";
import type { FunctionCall } from "../wire/live-api.ts";
import { Feed } from "./input-stream.ts";
import { inTime } from "./with-timeout.ts";
import { stopStreaming, stopStreamingName } from "./stop-streaming.ts";
import type {
  CallableTool,
  FunctionTool,
  Input,
  State,
  StreamingTool,
  ToolContext,
} from "./tool.ts";
import { Scheduled, tooLate } from "./tool.ts";

/** One answer to one or more ids of a call. */
export interface Answer {
  readonly call: Running;
  readonly response: Record<string, unknown>;
  /** More answers to the same call will follow. */
  readonly willContinue: boolean;
  readonly scheduling: CallableTool["scheduling"];
}

export interface World {
  /** Carries an answer to the model, and to the clients. */
  answer(answer: Answer): void;
  /** Somebody else shall go on once the call is answered. @throws Error when that may not be. */
  transfer(call: Running, to: string): void;
  readonly state: State;
  readonly env: object;
}

interface Work {
  readonly abort: AbortController;
  readonly feed: Feed | undefined;
}

export const pending = "The function is running asynchronously and the results are pending.";

export class Runner {
  readonly #world: World;
  readonly #works = new Map<string, Work>();
  #calls: Calls = noCalls;

  constructor(world: World) {
    this.#world = world;
  }

  /** How many tools run now. */
  get running(): number {
    return this.#calls.running.length;
  }

  /** The calls of one message. They start at once, together. */
  call(
    wanted: readonly FunctionCall[],
    tools: readonly CallableTool[],
    agent: string,
    circumstances: Omit<Circumstances, "known">,
  ): void {
    const known = tools.map((tool) => tool.name);
    for (const each of wanted) {
      const tool = tools.find(({ name }) => name === each.name);
      const [calls, verdict] = receive(this.#calls, each, tool, { ...circumstances, known });
      this.#calls = calls;
      if (verdict.do === "answer") this.#refuse(each, circumstances.run, verdict.response);
      if (verdict.do === "run" && tool) void this.#run(verdict.call, tool, agent);
    }
  }

  /** The model wants no answer any more. */
  cancel(ids: readonly string[]): void {
    const [calls, gone] = cancelled(this.#calls, ids);
    this.#calls = calls;
    for (const call of gone) this.#end(call, "The model cancelled the call.");
  }

  /** What the user sends, for the tools that watch. */
  offer(input: Input): void {
    for (const { feed } of this.#works.values()) feed?.offer(input);
  }

  /** Another agent goes on: its streams are nobody's any more, its functions will be answered. */
  leave(): void {
    for (const call of streams(this.#calls)) {
      this.#calls = settle(this.#calls, call.ids[0]);
      this.#end(call, "Another agent took over.");
    }
  }

  /** The conversation is over. */
  stop(): void {
    for (const call of this.#calls.running) this.#end(call, "The conversation is over.");
    this.#calls = noCalls;
  }

  async #run(call: Running, tool: CallableTool, agent: string): Promise<void> {
    const [id] = call.ids;
    const args = checked(tool, call.args);
    if ("error" in args) return this.#finish(id, tool, { error: `Wrong arguments. ${args.error}` });
    if (tool.name === stopStreamingName)
      return this.#finish(id, tool, this.#stopStreams(stopStreaming(call.args)));
    const abort = new AbortController();
    const feed = tool.kind === "stream" ? new Feed(tool.watches, abort.signal) : undefined;
    this.#works.set(id, { abort, feed });
    const context = this.#context(call, tool, agent, abort.signal);
    try {
      if (tool.kind === "function") await this.#runFunction(id, tool, args.value, context);
      else await this.#runStream(id, tool, args.value, { ...context, input: feed ?? nothing() });
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
    if (tool.longRunning) this.#more(id, tool, { status: "pending", message: pending });
    const value = tool.longRunning
      ? await work
      : await inTime(work, tool.deadlineMs, tooLate(tool.deadlineMs));
    this.#finish(id, heardAs(tool, value), responseOf(plain(value)));
  }

  async #runStream(
    id: string,
    tool: StreamingTool,
    args: unknown,
    context: ToolContext & { input: AsyncIterable<Input> },
  ): Promise<void> {
    this.#more(id, { ...tool, scheduling: "SILENT" }, { status: pending });
    for await (const value of tool.run(args, context)) {
      if (context.signal.aborted) return;
      this.#more(id, heardAs(tool, value), responseOf(plain(value)));
    }
    this.#finish(id, { ...tool, scheduling: "SILENT" }, { status: `${tool.name} has ended.` });
  }

  #context(call: Running, tool: CallableTool, agent: string, signal: AbortSignal): ToolContext {
    const [callId] = call.ids;
    const { state, env } = this.#world;
    return {
      signal,
      callId,
      agent,
      state,
      env,
      sleep: (ms) => sleep(ms, signal),
      transferTo: (to) => this.#world.transfer(call, to),
      progress: (value) =>
        value instanceof Scheduled
          ? this.#more(callId, heardAs(tool, value), responseOf(value.value))
          : this.#more(callId, { ...tool, scheduling: "SILENT" }, { progress: value }),
    };
  }

  /** ADK's words: models were told to expect them. */
  #stopStreams(name: string): Record<string, unknown> {
    const stopped = streams(this.#calls, name);
    for (const call of stopped) {
      this.#calls = settle(this.#calls, call.ids[0]);
      this.#end(call, "It was stopped.");
      this.#world.answer({
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

  #more(id: string, { scheduling }: CallableTool, response: Record<string, unknown>): void {
    const call = find(this.#calls, id);
    if (call) this.#world.answer({ call, response, willContinue: true, scheduling });
  }

  /** The last answer. A call that was cancelled or stopped is not found any more, and is not answered. */
  #finish(id: string, { scheduling }: CallableTool, response: Record<string, unknown>): void {
    const call = find(this.#calls, id);
    if (!call) return;
    this.#calls = settle(this.#calls, id);
    this.#end(call, "It is done.");
    this.#world.answer({ call, response, willContinue: false, scheduling });
  }

  #refuse(
    { id, name = "", args = {} }: FunctionCall,
    run: string,
    response: Record<string, unknown>,
  ): void {
    const call: Running = { ids: [id ?? name], name, args, kind: "function", run };
    this.#world.answer({ call, response, willContinue: false, scheduling: undefined });
  }

  #end({ ids: [id] }: Running, why: string): void {
    this.#works.get(id)?.abort.abort(new Error(why));
    this.#works.delete(id);
  }
}

const plain = (value: unknown): unknown => (value instanceof Scheduled ? value.value : value);

/** The tool as this one result is to be heard. */
const heardAs = (tool: CallableTool, value: unknown): CallableTool =>
  value instanceof Scheduled && value.scheduling !== undefined
    ? { ...tool, scheduling: value.scheduling }
    : tool;

/** An author's own check may throw; that is an answer too. */
function checked({ arguments: { parse } }: CallableTool, args: unknown): ReturnType<typeof parse> {
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

async function* nothing(): AsyncGenerator<Input> {
  // A function has nothing to watch.
}
