/**
 * An agent at work in one conversation: what its model is told, which tools it runs, and how their answers
 * get back. It outlives the link: a tool goes on while the model is dialled again.
 */
import type { Agent } from "./agent.ts";
import type { Approvals } from "./approvals.ts";
import { toolInputOf } from "./input-stream.ts";
import { withHooks, isNonBlocking } from "./hooked-tool.ts";
import { entryAgentOf, nextAgentOf, transferTargetsOf, type AgentTree } from "./agent-tree.ts";
import { transferInstruction, transferToolsOf } from "./transfer-tools.ts";
import type { HookContext } from "./hooks.ts";
import { AgentLifecycle } from "./agent-lifecycle.ts";
import { buildPrompt } from "./prompt.ts";
import { ToolRunner, type ToolCallResponse } from "./tool-runner.ts";
import { callableToolsOf } from "./stop-streaming.ts";
import type { CallableTool, State } from "./tool.ts";
import { ToolRegistry } from "./tool-registry.ts";
import type { RunningCall } from "../core/tool-calls.ts";
import { capabilitiesOf, type Capabilities, type Surface } from "../core/live-api/capabilities.ts";
import { errorEvent } from "../core/adk/event.ts";
import { historyInstruction, emptyHistory, type History } from "../core/adk/history.ts";
import { encodeHistory, encodeRequest, type UpstreamMessage } from "../core/upstream/encoding.ts";
import type { SessionKnowledge } from "../core/upstream/fsm-types.ts";
import { clientError, type ClientError } from "../core/errors.ts";
import type { ModelInput } from "../core/client-request.ts";
import { mergeSetup } from "../core/live-api/client-setup.ts";
import {
  isTransparentResumption,
  buildSetup,
  type SetupMessage,
} from "../core/live-api/session-setup.ts";
import type { TranslationContext } from "../core/adk/live-to-adk.ts";
import type { EventBody } from "../wire/adk.ts";
import type { FunctionCall, ServerMessage } from "../wire/live-api.ts";
import { observableState } from "./observable-state.ts";
import {
  toolResultEvent,
  resultAsText,
  blockedResponses,
  functionResponsesOf,
  AnsweredCalls,
  encodeToolResponse,
} from "./tool-results.ts";

/** What clients may wish for when they join (ADK bidi-demo's query parameters). */
export interface AgentPreferences {
  readonly proactivity: boolean;
  readonly affectiveDialog: boolean;
}

export interface AgentRuntimeHost {
  readonly state: State;
  readonly env: object;
  /** Where calls wait for a person's yes. */
  readonly approvals: Approvals;
  /** Tells the clients, and the log. */
  publish(body: EventBody): void;
  /** Says something to the model. */
  sendToModel(saying: UpstreamMessage): void;
  /** Says something to whichever agent is on now, in words. */
  sendText(text: string): void;
  /** Whether another agent may take over now: not round and round in one turn. */
  mayTransfer(): boolean;
  /** Another agent takes over. */
  transfer(to: Agent): void;
  /** The run of the session that is live now; "" while there is none. */
  invocationId(): string;
  /** Whose model it is. */
  surface(): Surface;
}

export class AgentRuntime {
  readonly agent: Agent;
  /** What each of its hooks is told. */
  readonly hookContext: HookContext;
  readonly #tree: AgentTree;
  readonly #preferences: AgentPreferences;
  readonly #host: AgentRuntimeHost;
  readonly #registry: ToolRegistry;
  readonly #state: State;
  readonly #runner: ToolRunner;
  readonly #lifecycle: AgentLifecycle;
  /** Who takes over when a call is answered. */
  readonly #successors = new Map<string, Agent>();
  #modelIndex = 0;
  /** Read once: settings are not asked for at every frame. */
  #surface: Surface | undefined;
  readonly #answered = new AnsweredCalls();

  /** @param cast all who may speak in this conversation. */
  constructor(agent: Agent, cast: AgentTree, wishes: AgentPreferences, around: AgentRuntimeHost) {
    this.agent = agent;
    this.#tree = cast;
    this.#preferences = wishes;
    this.#host = around;
    this.#registry = new ToolRegistry(
      [...callableToolsOf(agent), ...transferToolsOf(cast, agent)],
      agent.tools,
      around.env,
      {
        log: logToolsetError,
        toolsetUnavailable: (toolset) => around.publish(errorEvent(toolsetUnavailable(toolset))),
      },
    );
    this.#state = observableState(around, agent.name);
    this.hookContext = { agent: agent.name, state: this.#state, env: around.env };
    this.#lifecycle = new AgentLifecycle(agent.hooks, this.hookContext);
    this.#runner = new ToolRunner({
      respond: (answer) => this.#respond(answer),
      transfer: (call, to) => this.#transfer(call, to),
      state: this.#state,
      env: around.env,
    });
  }

  /** Whether words stop an answer under way. */
  get textInterrupts(): boolean {
    return this.#capabilities.textInterrupts;
  }

  get model(): string {
    return this.agent.models[this.#modelIndex] ?? this.agent.models[0];
  }

  /** Goes on with the next model of the agent's list. @returns false when there is none. */
  useFallbackModel(): boolean {
    if (this.#modelIndex + 1 >= this.agent.models.length) return false;
    this.#modelIndex++;
    return true;
  }

  /**
   * Looks for the tools that are elsewhere, and tells its author that it begins; to be done before each setup.
   * Never rejects.
   * @param state is there when this resolves: what an author sets must not be written over.
   */
  async prepare(state?: Promise<unknown>): Promise<void> {
    const begun = async (): Promise<void> => {
      await state;
      await this.#lifecycle.begin();
    };
    await Promise.all([this.#registry.refresh(), begun()]);
  }

  /** Calls that are answered and not made: what led to them was blocked. */
  rejectCalls(calls: readonly FunctionCall[]): void {
    this.#host.sendToModel(encodeToolResponse(blockedResponses(calls)));
  }

  /**
   * @param memory what was said before this session with the model.
   * @param handle what it resumes: such a session knows it all.
   * @param seeds somebody will tell what was said before.
   */
  buildSetup(memory: History = emptyHistory, handle?: string, seeds = false): SetupMessage {
    const prompt = buildPrompt(this.#withPreferences(), this.model, this.#capabilities, {
      state: this.#state,
      callables: this.#registry.callables,
      notes: [
        transferInstruction(this.#tree, this.agent),
        this.#capabilities.history === "instruction" && handle === undefined
          ? historyInstruction(memory)
          : "",
      ],
    });
    const history = handle === undefined && (this.#seedsHistory(memory) || seeds);
    return mergeSetup(
      buildSetup({ ...prompt, history, handle }, this.#capabilities),
      this.agent.overlay,
    );
  }

  /** What a session that is ready is told first: what was said before it, and what is owed an answer. */
  seedMessages(
    memory: History,
    { resumed, unanswered: owes }: SessionKnowledge,
  ): UpstreamMessage[] {
    const { turns, unansweredText } = memory;
    return [
      ...(!resumed && this.#seedsHistory(memory) ? [encodeHistory(turns)] : []),
      ...(unansweredText === undefined || !owes
        ? []
        : [this.encodeInput({ type: "text", text: unansweredText })]),
    ];
  }

  /** Whether the microphone's silence is kept from the model. */
  get silenceGateEnabled(): boolean {
    const { silenceGate, activityDetection } = this.agent.runConfig;
    return silenceGate && activityDetection?.disabled !== true;
  }

  /** Whether a lost session is resumed to the very message it had understood. */
  get resumesTransparently(): boolean {
    return isTransparentResumption(this.agent.runConfig.sessionResumption, this.#capabilities);
  }

  get announcesSpeech(): boolean {
    return this.#capabilities.announcesSpeech;
  }

  speakers(): TranslationContext {
    const longRunning = this.#registry.callables.flatMap((tool) =>
      tool.kind === "stream" || tool.longRunning ? [tool.name] : [],
    );
    const { inputTranscript } = this.#capabilities;
    return { agent: this.agent.name, model: this.model, inputTranscript, longRunning };
  }

  /** What would close the model's session for everybody, and so must not reach it. */
  validateInput({ type }: ModelInput): ClientError | undefined {
    const manual = this.agent.runConfig.activityDetection?.disabled === true;
    if ((type === "activityStart" || type === "activityEnd") && !manual)
      return clientError(
        "BAD_FRAME",
        "The frame was ignored: this agent hears by itself when somebody speaks. Activity marks are for agents whose detection is off. The conversation goes on.",
      );
    if (type === "audioStreamEnd" && manual)
      return clientError(
        "BAD_FRAME",
        "The frame was ignored: this agent is told when somebody speaks. Send activity_end instead. The conversation goes on.",
      );
    return undefined;
  }

  /** What ends the stream of somebody who left in the middle of it. */
  streamEndInput(): ModelInput {
    return {
      type: this.agent.runConfig.activityDetection?.disabled ? "activityEnd" : "audioStreamEnd",
    };
  }

  encodeInput(request: ModelInput): UpstreamMessage {
    return encodeRequest(request, this.#capabilities);
  }

  /** What makes the agent speak first, where its author wants that. */
  encodeGreeting(): UpstreamMessage | undefined {
    const { greeting } = this.agent;
    return greeting === undefined ? undefined : this.encodeServerText(greeting);
  }

  /** Words of the server's own, which the agent answers. */
  encodeServerText(text: string): UpstreamMessage {
    return encodeRequest({ type: "text", text }, { text: this.#capabilities.nudge });
  }

  /** Runs the tools a message calls. */
  handleToolCalls({ toolCall, toolCallCancellation }: ServerMessage, turn: number): void {
    if (toolCallCancellation?.ids) this.#runner.cancel(toolCallCancellation.ids);
    if (!toolCall?.functionCalls) return;
    const callables = this.#registry.callables.map((tool) => this.#withHooks(tool));
    this.#runner.startCalls(toolCall.functionCalls, callables, this.agent.name, {
      turn,
      run: this.#host.invocationId(),
      maxCalls: this.agent.runConfig.toolCallsPerTurn,
    });
  }

  /** What the user sends, for the tools that watch. */
  offerToWatchers(request: ModelInput): void {
    const input = toolInputOf(request);
    if (input) this.#runner.offerToWatchers(input);
  }

  /** Another agent took over: what it called still answers, what it watched ends. */
  deactivate(): void {
    this.#lifecycle.end();
    this.#runner.release();
  }

  /** Whether anything it called is still to be answered. */
  get busy(): boolean {
    return this.#runner.runningCount > 0;
  }

  /** The conversation is over, or sleeps: nothing goes on unheard. */
  stop(): void {
    this.#lifecycle.end();
    this.#runner.stop();
    this.#registry.close();
  }

  get #capabilities(): Capabilities {
    return capabilitiesOf(this.model, (this.#surface ??= this.#host.surface()));
  }

  #seedsHistory({ turns }: History): boolean {
    return turns.length > 0 && this.#capabilities.history === "contents";
  }

  /** What a client wished for holds, unless the author decided. */
  #withPreferences(): Agent {
    const { agent } = this;
    const { proactivity, affectiveDialog } = this.#preferences;
    const { runConfig } = agent;
    return {
      ...agent,
      runConfig: {
        ...runConfig,
        proactiveAudio: runConfig.proactiveAudio ?? (proactivity || undefined),
        affectiveDialog: runConfig.affectiveDialog ?? (affectiveDialog || undefined),
      },
    };
  }

  #withHooks(tool: CallableTool): CallableTool {
    const { approvals } = this.#host;
    const { hooks } = this.agent;
    return withHooks(tool, {
      hooks,
      approvals,
      sendsPendingResponse: (tool) => isNonBlocking(tool, this.#capabilities),
    });
  }

  #respond(answer: ToolCallResponse): void {
    const responses = functionResponsesOf(answer, this.#capabilities);
    const to = this.#successors.get(answer.call.ids[0]);
    this.#host.publish(toolResultEvent(this.agent.name, responses, to?.name));
    if (to) return this.#host.transfer(to);
    if (this.#answered.acceptsResponse(answer, this.#capabilities, this.#host.invocationId()))
      this.#host.sendToModel(encodeToolResponse(responses, this.#capabilities));
    else this.#host.sendText(resultAsText(answer));
  }

  #transfer(call: RunningCall, to: string): void {
    const known = transferTargetsOf(this.#tree, this.agent);
    const next = nextAgentOf(this.#tree, this.agent);
    const target = [...known, ...(next ? [next] : [])].find(({ name }) => name === to);
    if (!target)
      throw new Error(
        `There is no agent "${to}" to hand over to. There are: ${known.map(({ name }) => name).join(", ")}.`,
      );
    if (!this.#host.mayTransfer())
      throw new Error("It was handed over often enough in this turn: answer the user yourself.");
    this.#successors.set(call.ids[0], entryAgentOf(target));
  }
}

function logToolsetError(line: string): void {
  // The operator must know.
  // oxlint-disable-next-line no-console
  console.error(`parley: tools of ${line}`);
}

const toolsetUnavailable = (toolset: string): ClientError =>
  clientError(
    "TOOLSET_UNAVAILABLE",
    `The tools of ${toolset} cannot be reached right now. The conversation goes on without them.`,
  );
