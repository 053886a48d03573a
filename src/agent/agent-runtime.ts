/**
 * An agent at work in one conversation: what its model is told, which tools it runs, and how their answers
 * get back. It outlives the link: a tool goes on while the model is dialled again.
 */
import type { Agent } from "./agent.ts";
import type { Approvals } from "./approvals.ts";
import { inputOf } from "./input-stream.ts";
import { guarded, talksOn } from "./hooked-tool.ts";
import { leadOf, nextOf, targetsOf, type Cast } from "./agent-tree.ts";
import { handoverNotes, handoversOf } from "./transfer-tools.ts";
import type { HookContext } from "./hooks.ts";
import { Lead } from "./agent-lifecycle.ts";
import { promptOf } from "./prompt.ts";
import { Runner, type Answer } from "./tool-runner.ts";
import { callablesOf } from "./stop-streaming.ts";
import type { CallableTool, State } from "./tool.ts";
import { Toolbox } from "./tool-registry.ts";
import type { Running } from "../core/tool-calls.ts";
import { capabilitiesOf, type Capabilities, type Surface } from "../core/live-api/capabilities.ts";
import { problemEvent } from "../core/adk/event.ts";
import { asNote, nothingSaid, type Memory } from "../core/adk/history.ts";
import { historySaying, sayingOf, type Saying } from "../core/upstream/encoding.ts";
import type { Known } from "../core/upstream/fsm-types.ts";
import { problem, type Problem } from "../core/errors.ts";
import type { LiveRequest } from "../core/client-request.ts";
import { laidOver } from "../core/live-api/client-setup.ts";
import { isTransparent, setupOf, type Setup } from "../core/live-api/session-setup.ts";
import type { Speakers } from "../core/adk/live-to-adk.ts";
import type { EventBody } from "../wire/adk.ts";
import type { FunctionCall, ServerMessage } from "../wire/live-api.ts";
import { announced } from "./observable-state.ts";
import { toolsMissing } from "../conversation/errors.ts";
import { answerEvent, inWords, refusals, responsesOf, Told, toolResponse } from "./tool-results.ts";

/** What clients may wish for when they join (ADK bidi-demo's query parameters). */
export interface Wishes {
  readonly proactivity: boolean;
  readonly affectiveDialog: boolean;
}

export interface Surroundings {
  readonly state: State;
  readonly env: object;
  /** Where calls wait for a person's yes. */
  readonly approvals: Approvals;
  /** Tells the clients, and the log. */
  tell(body: EventBody): void;
  /** Says something to the model. */
  say(saying: Saying): void;
  /** Says something to whichever agent is on now, in words. */
  mention(text: string): void;
  /** Whether another agent may take over now: not round and round in one turn. */
  mayHandOver(): boolean;
  /** Another agent takes over. */
  handOver(to: Agent): void;
  /** The run of the session that is live now; "" while there is none. */
  run(): string;
  /** Whose model it is. */
  surface(): Surface;
}

export class Session {
  readonly agent: Agent;
  /** What each of its hooks is told. */
  readonly hookContext: HookContext;
  readonly #cast: Cast;
  readonly #wishes: Wishes;
  readonly #around: Surroundings;
  readonly #toolbox: Toolbox;
  readonly #state: State;
  readonly #runner: Runner;
  readonly #lead: Lead;
  /** Who takes over when a call is answered. */
  readonly #successors = new Map<string, Agent>();
  #model = 0;
  /** Read once: settings are not asked for at every frame. */
  #surface: Surface | undefined;
  readonly #told = new Told();

  /** @param cast all who may speak in this conversation. */
  constructor(agent: Agent, cast: Cast, wishes: Wishes, around: Surroundings) {
    this.agent = agent;
    this.#cast = cast;
    this.#wishes = wishes;
    this.#around = around;
    this.#toolbox = new Toolbox(
      [...callablesOf(agent), ...handoversOf(cast, agent)],
      agent.tools,
      around.env,
      {
        log: logged,
        missing: (toolset) => around.tell(problemEvent(toolsMissing(toolset))),
      },
    );
    this.#state = announced(around, agent.name);
    this.hookContext = { agent: agent.name, state: this.#state, env: around.env };
    this.#lead = new Lead(agent.hooks, this.hookContext);
    this.#runner = new Runner({
      answer: (answer) => this.#answer(answer),
      transfer: (call, to) => this.#transfer(call, to),
      state: this.#state,
      env: around.env,
    });
  }

  /** Whether words stop an answer under way. */
  get textInterrupts(): boolean {
    return this.#row.textInterrupts;
  }

  get model(): string {
    return this.agent.models[this.#model] ?? this.agent.models[0];
  }

  /** Goes on with the next model of the agent's list. @returns false when there is none. */
  fallBack(): boolean {
    if (this.#model + 1 >= this.agent.models.length) return false;
    this.#model++;
    return true;
  }

  /**
   * Looks for the tools that are elsewhere, and tells its author that it begins; to be done before each setup.
   * Never rejects.
   * @param state is there when this resolves: what an author sets must not be written over.
   */
  async ready(state?: Promise<unknown>): Promise<void> {
    const begun = async (): Promise<void> => {
      await state;
      await this.#lead.begin();
    };
    await Promise.all([this.#toolbox.look(), begun()]);
  }

  /** Calls that are answered and not made: what led to them was blocked. */
  refuse(calls: readonly FunctionCall[]): void {
    this.#around.say(toolResponse(refusals(calls)));
  }

  /**
   * @param memory what was said before this session with the model.
   * @param handle what it resumes: such a session knows it all.
   * @param seeds somebody will tell what was said before.
   */
  setup(memory: Memory = nothingSaid, handle?: string, seeds = false): Setup {
    const prompt = promptOf(this.#asWished(), this.model, this.#row, {
      state: this.#state,
      callables: this.#toolbox.callables,
      notes: [
        handoverNotes(this.#cast, this.agent),
        this.#row.history === "instruction" && handle === undefined ? asNote(memory) : "",
      ],
    });
    const history = handle === undefined && (this.#recalls(memory) || seeds);
    return laidOver(setupOf({ ...prompt, history, handle }, this.#row), this.agent.overlay);
  }

  /** What a session that is ready is told first: what was said before it, and what is owed an answer. */
  recall(memory: Memory, { resumed, owed: owes }: Known): Saying[] {
    const { turns, owed } = memory;
    return [
      ...(!resumed && this.#recalls(memory) ? [historySaying(turns)] : []),
      ...(owed === undefined || !owes ? [] : [this.saying({ type: "text", text: owed })]),
    ];
  }

  /** Whether the microphone's silence is kept from the model. */
  get gated(): boolean {
    const { silenceGate, activityDetection } = this.agent.runConfig;
    return silenceGate && activityDetection?.disabled !== true;
  }

  /** Whether a lost session is resumed to the very message it had understood. */
  get transparent(): boolean {
    return isTransparent(this.agent.runConfig.sessionResumption, this.#row);
  }

  get announcesSpeech(): boolean {
    return this.#row.announcesSpeech;
  }

  speakers(): Speakers {
    const longRunning = this.#toolbox.callables.flatMap((tool) =>
      tool.kind === "stream" || tool.longRunning ? [tool.name] : [],
    );
    const { inputTranscript } = this.#row;
    return { agent: this.agent.name, model: this.model, inputTranscript, longRunning };
  }

  /** What would close the model's session for everybody, and so must not reach it. */
  objection({ type }: LiveRequest): Problem | undefined {
    const manual = this.agent.runConfig.activityDetection?.disabled === true;
    if ((type === "activityStart" || type === "activityEnd") && !manual)
      return problem(
        "BAD_FRAME",
        "The frame was ignored: this agent hears by itself when somebody speaks. Activity marks are for agents whose detection is off. The conversation goes on.",
      );
    if (type === "audioStreamEnd" && manual)
      return problem(
        "BAD_FRAME",
        "The frame was ignored: this agent is told when somebody speaks. Send activity_end instead. The conversation goes on.",
      );
    return undefined;
  }

  /** What ends the stream of somebody who left in the middle of it. */
  streamEnd(): LiveRequest {
    return {
      type: this.agent.runConfig.activityDetection?.disabled ? "activityEnd" : "audioStreamEnd",
    };
  }

  saying(request: LiveRequest): Saying {
    return sayingOf(request, this.#row);
  }

  /** What makes the agent speak first, where its author wants that. */
  greeting(): Saying | undefined {
    const { greeting } = this.agent;
    return greeting === undefined ? undefined : this.words(greeting);
  }

  /** Words of the server's own, which the agent answers. */
  words(text: string): Saying {
    return sayingOf({ type: "text", text }, { text: this.#row.nudge });
  }

  /** Runs the tools a message calls. */
  hear({ toolCall, toolCallCancellation }: ServerMessage, turn: number): void {
    if (toolCallCancellation?.ids) this.#runner.cancel(toolCallCancellation.ids);
    if (!toolCall?.functionCalls) return;
    const callables = this.#toolbox.callables.map((tool) => this.#guarded(tool));
    this.#runner.call(toolCall.functionCalls, callables, this.agent.name, {
      turn,
      run: this.#around.run(),
      budget: this.agent.runConfig.toolCallsPerTurn,
    });
  }

  /** What the user sends, for the tools that watch. */
  offer(request: LiveRequest): void {
    const input = inputOf(request);
    if (input) this.#runner.offer(input);
  }

  /** Another agent took over: what it called still answers, what it watched ends. */
  leave(): void {
    this.#lead.end();
    this.#runner.leave();
  }

  /** Whether anything it called is still to be answered. */
  get busy(): boolean {
    return this.#runner.running > 0;
  }

  /** The conversation is over, or sleeps: nothing goes on unheard. */
  stop(): void {
    this.#lead.end();
    this.#runner.stop();
    this.#toolbox.close();
  }

  get #row(): Capabilities {
    return capabilitiesOf(this.model, (this.#surface ??= this.#around.surface()));
  }

  #recalls({ turns }: Memory): boolean {
    return turns.length > 0 && this.#row.history === "contents";
  }

  /** What a client wished for holds, unless the author decided. */
  #asWished(): Agent {
    const { agent } = this;
    const { proactivity, affectiveDialog } = this.#wishes;
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

  #guarded(tool: CallableTool): CallableTool {
    const { approvals } = this.#around;
    const { hooks } = this.agent;
    return guarded(tool, { hooks, approvals, mayHear: (tool) => talksOn(tool, this.#row) });
  }

  #answer(answer: Answer): void {
    const responses = responsesOf(answer, this.#row);
    const to = this.#successors.get(answer.call.ids[0]);
    this.#around.tell(answerEvent(this.agent.name, responses, to?.name));
    if (to) return this.#around.handOver(to);
    if (this.#told.takes(answer, this.#row, this.#around.run()))
      this.#around.say(toolResponse(responses, this.#row));
    else this.#around.mention(inWords(answer));
  }

  #transfer(call: Running, to: string): void {
    const known = targetsOf(this.#cast, this.agent);
    const next = nextOf(this.#cast, this.agent);
    const target = [...known, ...(next ? [next] : [])].find(({ name }) => name === to);
    if (!target)
      throw new Error(
        `There is no agent "${to}" to hand over to. There are: ${known.map(({ name }) => name).join(", ")}.`,
      );
    if (!this.#around.mayHandOver())
      throw new Error("It was handed over often enough in this turn: answer the user yourself.");
    this.#successors.set(call.ids[0], leadOf(target));
  }
}

function logged(line: string): void {
  // The operator must know.
  // oxlint-disable-next-line no-console
  console.error(`parley: tools of ${line}`);
}
