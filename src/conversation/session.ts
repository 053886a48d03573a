/**
 * An agent at work in one conversation: what its model is told, which tools it runs, and how their answers
 * get back. It outlives the link: a tool goes on while the model is dialled again.
 */
import type { Agent } from "../agent/agent.ts";
import { promptOf } from "../agent/prompt.ts";
import { Runner, type Answer } from "../agent/runner.ts";
import { callablesOf } from "../agent/stop-streaming.ts";
import type { CallableTool, Input, State } from "../agent/tool.ts";
import { capabilitiesOf, type Capabilities } from "../core/capabilities.ts";
import { sayingOf, type Saying } from "../core/outgoing.ts";
import { problem, type Problem } from "../core/problem.ts";
import type { LiveRequest } from "../core/request.ts";
import { setupOf, type Setup } from "../core/setup.ts";
import type { Speakers } from "../core/translate.ts";
import { noActions, type EventBody } from "../wire/adk.ts";
import type { FunctionResponse, ServerMessage } from "../wire/live.ts";

/** What clients may wish for when they join (ADK bidi-demo's query parameters). */
export interface Wishes {
  readonly proactivity: boolean;
  readonly affectiveDialog: boolean;
}

export interface Surroundings {
  readonly state: State;
  readonly env: object;
  /** Tells the clients, and the log. */
  tell(body: EventBody): void;
  /** Says something to the model. */
  say(saying: Saying): void;
  /** The run of the session that is live now; "" while there is none. */
  run(): string;
}

export class Session {
  readonly agent: Agent;
  readonly #wishes: Wishes;
  readonly #around: Surroundings;
  readonly #callables: readonly CallableTool[];
  readonly #state: State;
  readonly #runner: Runner;
  #model = 0;

  constructor(agent: Agent, wishes: Wishes, around: Surroundings) {
    this.agent = agent;
    this.#wishes = wishes;
    this.#around = around;
    this.#callables = callablesOf(agent);
    this.#state = announced(around, agent.name);
    this.#runner = new Runner({
      answer: (answer) => this.#answer(answer),
      state: this.#state,
      env: around.env,
    });
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

  setup(): Setup {
    const prompt = promptOf(this.#asWished(), this.model, this.#row, {
      state: this.#state,
      callables: this.#callables,
    });
    return setupOf(prompt, this.#row);
  }

  speakers(): Speakers {
    const longRunning = this.#callables.flatMap((tool) =>
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

  /** What makes the agent speak first. */
  greeting(): Saying | undefined {
    const { greeting } = this.agent;
    return greeting === undefined
      ? undefined
      : sayingOf({ type: "text", text: greeting }, { text: this.#row.nudge });
  }

  /** Runs the tools a message calls. */
  hear({ toolCall, toolCallCancellation }: ServerMessage, turn: number): void {
    if (toolCallCancellation?.ids) this.#runner.cancel(toolCallCancellation.ids);
    if (!toolCall?.functionCalls) return;
    this.#runner.call(toolCall.functionCalls, this.#callables, this.agent.name, {
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

  /** The conversation is over, or sleeps: nothing goes on unheard. */
  stop(): void {
    this.#runner.stop();
  }

  get #row(): Capabilities {
    return capabilitiesOf(this.model);
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

  #answer(answer: Answer): void {
    const { call, response, willContinue, scheduling } = answer;
    const responses = call.ids.map((id) => ({
      id,
      name: call.name,
      response,
      ...(willContinue && { willContinue }),
      ...(scheduling && this.#row.scheduling && { scheduling }),
    })) as FunctionResponse[];
    this.#around.tell({
      author: this.agent.name,
      content: { role: "user", parts: responses.map((functionResponse) => ({ functionResponse })) },
    });
    this.#around.say(
      this.#knows(answer) ? toolResponse(responses) : this.#inWords(call.name, response),
    );
  }

  /** A session knows the ids of its own calls; where calls only block, it takes one answer to each. */
  #knows({ call, willContinue }: Answer): boolean {
    const streams = this.#row.toolBehaviors.includes("NON_BLOCKING");
    return (
      call.run === this.#around.run() && (streams || (call.kind === "function" && !willContinue))
    );
  }

  #inWords(name: string, response: object): Saying {
    return sayingOf(
      { type: "text", text: `[${name} reports: ${JSON.stringify(response)}]` },
      { text: this.#row.nudge },
    );
  }
}

/** Answers are never dropped to make room: they count as words. */
const toolResponse = (functionResponses: FunctionResponse[]): Saying => ({
  message: { toolResponse: { functionResponses } },
  weight: "text",
  bytes: JSON.stringify(functionResponses).length,
});

/** Every change of the state is an event. */
function announced(around: Surroundings, author: string): State {
  return {
    get: (key) => around.state.get(key),
    set: (key, value) => {
      around.state.set(key, value);
      around.tell({ author, actions: { ...noActions, stateDelta: { [key]: value } } });
    },
  };
}

function inputOf(request: LiveRequest): Input | undefined {
  switch (request.type) {
    case "text":
    case "image":
      return request;
    case "audio":
      return { type: "audio", pcm: request.pcm, rate: request.rate };
    default:
      return undefined;
  }
}
