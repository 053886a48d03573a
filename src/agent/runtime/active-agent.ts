/** Tracks the active agent of a conversation, and transfers the conversation from one agent to the next. */
import { limits } from "../../core/policy/limits.ts";
import type { Agent } from "../agent.ts";
import { AgentRuntime, type AgentRuntimeHost, type ReceivedTransfer } from "./agent-runtime.ts";
import { buildAgentTree, entryAgentOf, outlastsPause, type AgentTree } from "./agent-tree.ts";
import type { AgentPreferences } from "./preferences.ts";

/** Limit in one turn, and in those after it that have only calls: agents that transfer in a circle would open upstream connections for ever. */
const maxTransfersPerTurn = 5;

/**
 * Limit of tool calls of all agents without a word of the user or of an agent: each turn of calls alone has a budget of its
 * own, and a model that goes on for ever costs money for ever.
 */
export const maxCallsInRow = limits.toolCalls.value;

export interface ActiveAgentHost extends Omit<
  AgentRuntimeHost,
  "mayCall" | "mayTransfer" | "transfer"
> {
  /** The number of the latest turn that had more than calls: a transfer itself is a call. */
  contentTurn(): number;
  /** The name of the last active agent; it survives a restart of the object. */
  storedAgentName(): string | undefined;
  storeAgentName(name: string): void;
  agentChanged(from: AgentRuntime, to: AgentRuntime): void;
}

export class ActiveAgent {
  readonly #tree: AgentTree;
  readonly #preferences: AgentPreferences;
  readonly #host: ActiveAgentHost;
  #runtime: AgentRuntime;
  /** Runtimes of earlier active agents whose tool calls are still running. */
  #finishing: AgentRuntime[] = [];
  /** The same conversation's active agent after other definitions took the place of these. */
  #successor: ActiveAgent | undefined;
  #transfers = { turn: 0, count: 0 };
  #calls = { turn: 0, count: 0 };

  /**
   * Starts with the last active agent, or with the root if that agent is gone.
   * @param afterPause the conversation paused: the root takes the place of an agent that does not outlast that.
   */
  constructor(
    root: Agent,
    preferences: AgentPreferences,
    host: ActiveAgentHost,
    afterPause = false,
  ) {
    this.#tree = buildAgentTree(root);
    this.#preferences = preferences;
    this.#host = host;
    const stays = (agent: Agent): boolean => !afterPause || outlastsPause(this.#tree, agent);
    const last = this.#tree.get(host.storedAgentName() ?? "")?.agent;
    this.#runtime = this.#createRuntime(entryAgentOf(last && stays(last) ? last : root));
  }

  get runtime(): AgentRuntime {
    return this.#runtime;
  }

  /** Whether a tool of the active agent, or of an earlier one, is running. */
  get busy(): boolean {
    return [this.#runtime, ...this.#finishing].some((runtime) => runtime.busy);
  }

  /** The same tree with other definitions, in the middle of a session: functions that run go on, and answer. */
  redefined(root: Agent): ActiveAgent {
    const next = new ActiveAgent(root, this.#preferences, this.#host);
    this.#runtime.deactivate();
    next.#finishing = [this.#runtime, ...this.#finishing].filter((runtime) => runtime.busy);
    next.#transfers = this.#transfers;
    next.#calls = this.#calls;
    this.#successor = next;
    return next;
  }

  /** Ends calls of a turn that its client aborts, of earlier agents too. @returns how many were running. */
  abortCalls(ids: readonly string[]): number {
    const runtimes = [this.#runtime, ...this.#finishing];
    return runtimes.reduce((sum, runtime) => sum + runtime.abortCalls(ids), 0);
  }

  /** Aborts all tools: the conversation ends or goes idle. */
  stop(): void {
    for (const runtime of [this.#runtime, ...this.#finishing]) runtime.stop();
    this.#finishing = [];
  }

  /** An agent that is no longer active cannot transfer the conversation; one with another definition by now can. */
  #transferFrom(from: AgentRuntime, to: Agent, reason: string | undefined): void {
    if (from !== this.#runtime) return;
    const next = this.#successor;
    if (!next) return this.#transfer(to, reason);
    const target = next.#tree.get(to.name)?.agent;
    if (target && next.#runtime.agent.name === from.agent.name)
      next.#transferFrom(next.#runtime, target, reason);
  }

  #transfer(to: Agent, reason: string | undefined): void {
    const from = this.#runtime;
    from.deactivate();
    this.#finishing = [...this.#finishing, from].filter((runtime) => runtime.busy);
    const received = reason === undefined ? undefined : { from: from.agent.name, reason };
    this.#runtime = this.#createRuntime(to, received);
    this.#host.storeAgentName(to.name);
    this.#host.agentChanged(from, this.#runtime);
  }

  #mayCall(count: number): boolean {
    const turn = this.#host.contentTurn();
    const made = (this.#calls.turn === turn ? this.#calls.count : 0) + count;
    this.#calls = { turn, count: made };
    return made <= maxCallsInRow;
  }

  #mayTransfer(): boolean {
    const turn = this.#host.contentTurn();
    const count = this.#transfers.turn === turn ? this.#transfers.count : 0;
    this.#transfers = { turn, count: count + 1 };
    return count < maxTransfersPerTurn;
  }

  #createRuntime(agent: Agent, received?: ReceivedTransfer): AgentRuntime {
    const host: AgentRuntimeHost = {
      ...this.#host,
      mayCall: (count) => this.#mayCall(count),
      mayTransfer: () => this.#mayTransfer(),
      transfer: (to, reason) => this.#transferFrom(runtime, to, reason),
    };
    const runtime = new AgentRuntime(agent, this.#tree, this.#preferences, host, received);
    return runtime;
  }
}
