/**
 * An agent at work in one conversation: builds its session setups, runs its tools and delivers their results.
 *
 * It outlives upstream connections: a tool keeps running while the relay reconnects.
 */
import { aborted } from "../../core/adk/event.ts";
import { errorEvent } from "../../core/adk/event.ts";
import { historyInstruction, emptyHistory, type History } from "../../core/adk/history.ts";
import type { TranslationContext } from "../../core/adk/live-to-adk.ts";
import type { StateDelta } from "../../core/adk/session-state.ts";
import type { ModelInput } from "../../core/client-request.ts";
import { ToolError, type ClientError } from "../../core/errors.ts";
import {
  capabilitiesOf,
  type Capabilities,
  type Surface,
} from "../../core/live-api/capabilities.ts";
import { mergeSetup } from "../../core/live-api/client-setup.ts";
import {
  isTransparentResumption,
  buildSetup,
  type SetupMessage,
} from "../../core/live-api/session-setup.ts";
import { answerPrompt, restPrompt } from "../../core/policy/stalls.ts";
import type { RunningCall } from "../../core/tool-calls.ts";
import {
  encodeContextUpdate,
  encodeHistory,
  encodeRequest,
  type ContextField,
  type UpstreamMessage,
} from "../../core/upstream/encoding.ts";
import type { SessionKnowledge } from "../../core/upstream/fsm-types.ts";
import type { Event, EventBody } from "../../wire/adk.ts";
import type { FunctionCall, ServerMessage } from "../../wire/live-api.ts";
import { wellFormed } from "../../wire/text.ts";
import type { Agent } from "../agent.ts";
import type { HookContext } from "../hooks.ts";
import type { CallableTool, State } from "../tool.ts";
import { AgentLifecycle } from "./agent-lifecycle.ts";
import { resolveTransfer, type AgentTree } from "./agent-tree.ts";
import type { Approvals } from "./approvals.ts";
import type { CallControl } from "./call-control.ts";
import { withHooks, isNonBlocking } from "./hooked-tool.ts";
import { toolInputOf } from "./input-stream.ts";
import { validateInput } from "./input-validation.ts";
import { observableState } from "./observable-state.ts";
import { permittedSettings, settingInstructions } from "../client-settings.ts";
import { applyPreferences, type AgentPreferences } from "./preferences.ts";
import { PromptState } from "./prompt-state.ts";
import { buildPrompt, renderInstruction } from "./prompt.ts";
import { callableToolsOf } from "./stop-streaming.ts";
import { ToolRegistry, toolsetUnavailable } from "./tool-registry.ts";
import { toolArtifacts, type ArtifactHost } from "./tool-artifacts.ts";
import {
  refusedResponses,
  toolMessageEvent,
  toolResultEvent,
  resultAsText,
  blockedResponses,
  functionResponsesOf,
  AnsweredCalls,
  encodeToolResponse,
} from "./tool-results.ts";
import { ToolRunner, type SpeechCheck, type ToolCallResponse } from "./tool-runner.ts";
import {
  reasonInstruction,
  transferInstruction,
  transferReasonOf,
  transferToolsOf,
} from "./transfer-tools.ts";
import { logError } from "../../operator-log.ts";

export interface AgentRuntimeHost {
  readonly state: State;
  readonly env: object;
  readonly approvals: Approvals;
  /** The artifacts that a name belongs to: the user's or the conversation's. */
  readonly filesFor: ArtifactHost["filesFor"];
  /** The conversation's telephone call, for tools. */
  readonly callControl: Pick<CallControl, "call">;
  /** Publishes and records an event. */
  publish(body: EventBody): void;
  sendToModel(message: UpstreamMessage): void;
  /** Sends a text of the server's own to the model of the agent that is active by then. */
  sendText(text: string): void;
  /** Whether more tool calls are permitted before a word of the user or of an agent. If not, the session ends. */
  mayCall(count: number): boolean;
  /** Whether another transfer is permitted in this turn. */
  mayTransfer(): boolean;
  transfer(to: Agent, reason: string | undefined): void;
  /** The invocation id of the open Live API session; "" while there is none. */
  invocationId(): string;
  /** Ends the Live API session of an agent that calls tools without end. The next input begins another. */
  endSession(): void;
  surface(): Surface;
  /** The model to ask the service for, in place of the one that the agent names. */
  upstreamModel(model: string): string;
}

/** How an agent became active. */
export interface ReceivedTransfer {
  /** The name of the agent that transferred the conversation. */
  readonly from: string;
  readonly reason: string;
}

interface TransferTarget {
  readonly agent: Agent;
  readonly reason: string | undefined;
}

export class AgentRuntime {
  readonly agent: Agent;
  readonly hookContext: HookContext;
  readonly #tree: AgentTree;
  readonly #preferences: AgentPreferences;
  readonly #host: AgentRuntimeHost;
  readonly #registry: ToolRegistry;
  readonly #state: State;
  readonly #promptState: PromptState;
  readonly #runner: ToolRunner;
  readonly #lifecycle: AgentLifecycle;
  /** The agents to transfer to once a call is answered, by call id. */
  readonly #transferTargets = new Map<string, TransferTarget>();
  #modelIndex = 0;
  /** Cached: `capabilities` is read for every frame, and both come from settings that are parsed anew. */
  #surface: Surface | undefined;
  #model: string | undefined;
  readonly #answered = new AnsweredCalls();
  /** The transcript of this turn's answer so far. */
  #output = { turn: 0, text: "" };
  readonly #received: ReceivedTransfer | undefined;

  constructor(
    agent: Agent,
    tree: AgentTree,
    preferences: AgentPreferences,
    host: AgentRuntimeHost,
    received?: ReceivedTransfer,
  ) {
    this.#received = received;
    this.agent = agent;
    this.#tree = tree;
    this.#preferences = preferences;
    this.#host = host;
    this.#registry = new ToolRegistry(
      [...callableToolsOf(agent), ...transferToolsOf(tree, agent)],
      agent.tools,
      host.env,
      {
        log: logToolsetError,
        toolsetUnavailable: (toolset) => host.publish(errorEvent(toolsetUnavailable(toolset))),
      },
    );
    this.#state = observableState(host, agent.name);
    this.#promptState = new PromptState(this.#state, agent.hooks.beforeModel !== undefined);
    this.hookContext = { agent: agent.name, state: this.#state, env: host.env };
    this.#lifecycle = new AgentLifecycle(agent.hooks, this.hookContext);
    this.#runner = new ToolRunner({
      respond: (response) => this.#respond(response),
      transfer: (call, to, reason) => this.#transfer(call, to, reason),
      tellPeople: (call, contents) => host.publish(toolMessageEvent(agent.name, call, contents)),
      artifacts: toolArtifacts(host, agent.name),
      state: this.#state,
      env: host.env,
      callControl: host.callControl,
    });
  }

  /** Whether a text message interrupts the answer in progress. */
  get textInterrupts(): boolean {
    return this.#capabilities.textInterrupts;
  }

  get model(): string {
    return (this.#model ??= this.#host.upstreamModel(
      this.agent.models[this.#modelIndex] ?? this.agent.models[0],
    ));
  }

  /** Switches to the next model of the agent's list. @returns false if there is none. */
  useFallbackModel(): boolean {
    if (this.#modelIndex + 1 >= this.agent.models.length) return false;
    this.#modelIndex++;
    this.#model = undefined;
    return true;
  }

  /**
   * Discovers the toolsets' tools and calls `beforeAgent`; must precede each setup. Never rejects.
   * @param stateLoaded `beforeAgent` waits for it: loading would overwrite the state that the hook sets.
   */
  async prepare(stateLoaded?: Promise<unknown>): Promise<void> {
    const begin = async (): Promise<void> => {
      await stateLoaded;
      await this.#lifecycle.begin();
    };
    await Promise.all([this.#registry.refresh(), begin()]);
  }

  /**
   * Words of the state and of a client in the instruction that `beforeModel` has not judged: call `onInstructionVerdict` for
   * each before a setup.
   */
  get unjudgedInstruction(): readonly string[] {
    return this.#promptState.wordsToJudge((state) => {
      renderInstruction(this.agent.instruction, state);
      this.#settingParagraphs();
    });
  }

  /** @param passed what the model may get in place of the words. */
  onInstructionVerdict(words: string, passed: string): void {
    this.#promptState.onVerdict(words, passed);
  }

  /** Ends calls of a turn that its client aborts. @returns how many were running. */
  abortCalls(ids: readonly string[]): number {
    return this.#runner.abort(ids);
  }

  /** Answers calls with an error without running them: a guardrail blocked the input that led to them. */
  rejectCalls(calls: readonly FunctionCall[]): void {
    this.#host.sendToModel(encodeToolResponse(blockedResponses(calls)));
  }

  /**
   * @param history the conversation before this Live API session.
   * @param handle the resumption handle. A resumed session knows its history.
   * @param seeds a history message follows the setup, even if `history` is empty.
   */
  buildSetup(history: History = emptyHistory, handle?: string, seeds = false): SetupMessage {
    const agent = applyPreferences(this.agent, this.#preferences);
    const prompt = buildPrompt(agent, this.model, this.#capabilities, {
      state: this.#promptState.of(agent.instruction),
      callables: this.#registry.callables,
      addenda: [
        ...this.#settingParagraphs(),
        transferInstruction(this.#tree, this.agent),
        this.#received ? reasonInstruction(this.#received.from, this.#received.reason) : "",
        this.#capabilities.history === "instruction" && handle === undefined && this.#knowsHistory
          ? historyInstruction(history)
          : "",
      ],
    });
    const seeded = handle === undefined && (this.#seedsHistory(history) || seeds);
    // The state in an instruction, and a client's own setup, may contain half a character.
    return wellFormed(
      mergeSetup(
        buildSetup({ ...prompt, history: seeded, handle }, this.#capabilities),
        this.agent.overlay,
      ),
    );
  }

  /** A client wrote the instruction among its settings. */
  #settingParagraphs(): string[] {
    const settings = permittedSettings(this.agent, this.#preferences.settings);
    const { instruction } = settings;
    return settingInstructions({
      ...settings,
      instruction: instruction && this.#promptState.judged(instruction),
    });
  }

  /** The first messages of a session: the history unless it was resumed, and the user's text that has no answer yet. */
  seedMessages(
    history: History,
    { resumed, unanswered, stalledAt }: SessionKnowledge,
  ): UpstreamMessage[] {
    const { turns, unansweredText } = history;
    const seed = !resumed && this.#seedsHistory(history) ? [encodeHistory(turns)] : [];
    if (stalledAt === "rest") return [...seed, this.encodeServerText(restPrompt)];
    // It has heard the words: to be told them again would be another message of the user.
    if (stalledAt === "answer" && resumed) return [...seed, this.encodeServerText(answerPrompt)];
    return unansweredText === undefined || !unanswered
      ? seed
      : [...seed, this.encodeInput({ type: "text", text: unansweredText })];
  }

  /** Whether the relay withholds silent microphone audio from the model. */
  get silenceGateEnabled(): boolean {
    return this.agent.runConfig.silenceGate && !this.#manualActivity;
  }

  /** Whether a lost session resumes after the last message that the service processed. */
  get resumesTransparently(): boolean {
    return isTransparentResumption(this.agent.runConfig.sessionResumption, this.#capabilities);
  }

  /** How the model is told a text of the server's own. */
  get nudge(): Capabilities["nudge"] {
    return this.#capabilities.nudge;
  }

  /** Whether the model says that it hears speech. None is known to where its own detection is off. */
  get announcesSpeech(): boolean {
    const isMarked = this.#manualActivity || this.marksActivity;
    return this.#capabilities.announcesSpeech && !isMarked;
  }

  /** Whether the model may think for a while before it speaks. */
  get mayThink(): boolean {
    return this.#capabilities.thinking !== "none";
  }

  /** The names and capabilities that translate the model's messages to events. */
  translationContext(): TranslationContext {
    const longRunning = this.#registry.callables.flatMap((tool) =>
      tool.kind === "stream" || tool.longRunning ? [tool.name] : [],
    );
    const { inputTranscript, idle } = this.#capabilities;
    const { runConfig } = this.agent;
    const unwanted = (["inputTranscription", "outputTranscription"] as const).filter(
      (field) => runConfig[field] === false,
    );
    const { model } = this;
    return { agent: this.agent.name, model, inputTranscript, longRunning, idle, unwanted };
  }

  /**
   * The state that stores the agent's answer so far (ADK: `output_key`): each finished transcript of a turn adds to it.
   * @returns undefined if the event adds nothing.
   */
  outputOf(event: Event, turn: number): StateDelta | undefined {
    const { author, outputTranscription, turnComplete } = event;
    const { name, outputKey } = this.agent;
    const { text = "", finished = false } = outputTranscription ?? {};
    if (turnComplete) this.#output = { turn, text: "" };
    if (outputKey === undefined || author !== name || !finished || text === "") return undefined;
    const before = this.#output.turn === turn ? this.#output.text : "";
    this.#output = { turn, text: `${before} ${text.trim()}`.trimStart() };
    return { [outputKey]: this.#output.text };
  }

  validateInput(input: ModelInput): ClientError | undefined {
    return validateInput(input, {
      marks: this.#manualActivity || this.marksActivity,
      streamEnd: !this.#manualActivity,
    });
  }

  /**
   * The marks of a client that need not know how the agent detects speech, in the form that the agent accepts.
   * @returns undefined if there is nothing to mark.
   */
  adaptMark(input: ModelInput): ModelInput | undefined {
    const { type } = input;
    const isMarked = this.#manualActivity || this.marksActivity;
    if (type === "activityStart" && !isMarked) return undefined;
    if (type === "activityEnd" && !isMarked) return { type: "audioStreamEnd" };
    if (type === "audioStreamEnd" && this.#manualActivity) return { type: "activityEnd" };
    return input;
  }

  /** Ends the audio stream of a speaker who left in the middle of it. */
  streamEndInput(): ModelInput {
    return { type: this.#manualActivity || this.marksActivity ? "activityEnd" : "audioStreamEnd" };
  }

  encodeInput(request: ModelInput): UpstreamMessage {
    return encodeRequest(request, this.#capabilities);
  }

  /** Whether the model takes another instruction or other tools in the middle of a session. */
  get takesContextUpdates(): boolean {
    return this.#capabilities.contextUpdate;
  }

  /** The content of the next setup, for the session under way. @param changed the fields to send. */
  encodeContextUpdate(changed: readonly ContextField[]): UpstreamMessage {
    return encodeContextUpdate(this.buildSetup().setup, changed);
  }

  /** Asks the model for the agent's greeting; undefined if the agent does not speak first. */
  encodeGreeting(): UpstreamMessage | undefined {
    const { greeting } = this.agent;
    return greeting === undefined ? undefined : this.encodeServerText(greeting);
  }

  /** Encodes a text of the server's own, which the model must answer. */
  encodeServerText(text: string): UpstreamMessage {
    return encodeRequest({ type: "text", text }, { text: this.nudge });
  }

  /**
   * Starts and cancels tools as a message of the model says.
   * @param check of the speech that led to the calls, if it is under way: they wait for it.
   */
  handleToolCalls(
    { toolCall, toolCallCancellation }: ServerMessage,
    turn: number,
    check?: SpeechCheck,
  ): void {
    if (toolCallCancellation?.ids) this.#runner.cancel(toolCallCancellation.ids);
    const calls = toolCall?.functionCalls ?? [];
    if (check) void this.#startAfter(check, calls, turn);
    else this.#start(calls, turn, this.#host.invocationId());
  }

  /** Of the calls, those that were not cancelled, aborted or stopped meanwhile. */
  async #startAfter(
    { passes, isPermitted }: SpeechCheck,
    calls: readonly FunctionCall[],
    turn: number,
  ): Promise<void> {
    const run = this.#host.invocationId();
    const held = await this.#runner.hold(calls, run, passes);
    // The verdict may come after the turn, and withhold nothing more.
    if ((await passes) && isPermitted()) this.#start(held, turn, run);
    else if (held.length > 0) this.rejectCalls(held);
  }

  #start(calls: readonly FunctionCall[], turn: number, run: string): void {
    if (calls.length === 0) return;
    if (!this.#host.mayCall(calls.length)) return this.#refuseCalls(calls);
    const callables = this.#registry.callables.map((tool) => this.#withHooks(tool));
    this.#runner.startCalls(calls, callables, this.agent.name, {
      turn,
      run,
      maxCalls: this.agent.runConfig.toolCallsPerTurn,
    });
  }

  /** Clients get an answer to each call; the session that made them ends. */
  #refuseCalls(calls: readonly FunctionCall[]): void {
    this.#host.publish(toolResultEvent(this.agent.name, refusedResponses(calls), undefined));
    this.#host.endSession();
  }

  /** Whether the agent has tools that may watch the user's input. */
  get hasWatchers(): boolean {
    return this.#registry.callables.some(
      (tool) => tool.kind === "stream" && tool.watches.length > 0,
    );
  }

  /** Passes the user's input on to the watching tools. */
  offerToWatchers(request: ModelInput): void {
    const input = toolInputOf(request);
    if (input) this.#runner.offerToWatchers(input);
  }

  /** Another agent became active: streams end, functions still answer. */
  deactivate(): void {
    this.#lifecycle.end();
    this.#runner.release();
  }

  /** Whether a tool is running. */
  get busy(): boolean {
    return this.#runner.runningCount > 0;
  }

  /** Aborts all tools: the conversation ends or goes idle. */
  stop(): void {
    this.#lifecycle.end();
    this.#runner.stop();
    this.#registry.close();
  }

  get #capabilities(): Capabilities {
    return capabilitiesOf(this.model, (this.#surface ??= this.#host.surface()));
  }

  /** Whether the relay itself marks where the user's speech begins and ends. */
  get marksActivity(): boolean {
    return this.#activityDetection?.by === "relay";
  }

  /** Speech that opens an activity which the relay marks, in ms. */
  get leastSpeechMs(): number | undefined {
    return this.#activityDetection?.prefixPaddingMs;
  }

  /** Push to talk: the clients mark where the user's speech begins and ends. */
  get #manualActivity(): boolean {
    return this.#activityDetection?.disabled === true;
  }

  get #activityDetection(): Agent["runConfig"]["activityDetection"] {
    return applyPreferences(this.agent, this.#preferences).runConfig.activityDetection;
  }

  #seedsHistory({ turns }: History): boolean {
    return turns.length > 0 && this.#capabilities.history === "contents" && this.#knowsHistory;
  }

  get #knowsHistory(): boolean {
    return this.agent.includeContents === "default";
  }

  #withHooks(tool: CallableTool): CallableTool {
    return withHooks(tool, {
      hooks: this.agent.hooks,
      approvals: this.#host.approvals,
      sendsPendingResponse: (tool) => isNonBlocking(tool, this.#capabilities),
    });
  }

  #respond(response: ToolCallResponse): void {
    const responses = functionResponsesOf(response, this.#capabilities);
    const to = response.aborted ? undefined : this.#transferTargets.get(response.call.ids[0]);
    const transfer = to && { to: to.agent.name, reason: to.reason };
    const result = toolResultEvent(this.agent.name, responses, transfer);
    this.#host.publish(response.aborted ? aborted(result) : result);
    if (to) return this.#host.transfer(to.agent, to.reason);
    if (this.#answered.acceptsResponse(response, this.#capabilities, this.#host.invocationId())) {
      const message = encodeToolResponse(responses, this.#capabilities);
      // No model is to comment on an aborted call: a later session is not told of it.
      this.#host.sendToModel(response.aborted ? { ...message, kind: "signal" } : message);
    } else if (!response.aborted) this.#host.sendText(resultAsText(response));
  }

  #transfer(call: RunningCall, to: string, reason: string | undefined): void {
    const agent = resolveTransfer(this.#tree, this.agent, to);
    if (!this.#host.mayTransfer())
      throw new ToolError(
        "The conversation was transferred often enough in this turn: answer the user yourself.",
      );
    this.#transferTargets.set(call.ids[0], { agent, reason: transferReasonOf(reason) });
  }
}

const logToolsetError = (line: string): void => logError(`tools of ${line}`);
