/** Who leads the conversation now, and how the lead passes from one agent to the next. */
import type { Agent } from "./agent.ts";
import { buildAgentTree, entryAgentOf, type AgentTree } from "./agent-tree.ts";
import { AgentRuntime, type AgentRuntimeHost, type AgentPreferences } from "./agent-runtime.ts";

/** In one turn of the user's: agents that send each other on and on would dial for ever. */
const maxTransfersPerTurn = 5;

export interface ActiveAgentHost extends Omit<AgentRuntimeHost, "mayTransfer" | "transfer"> {
  /** The turn that is on. */
  turn(): number;
  /** The name of who led last, kept over restarts. */
  storedAgentName(): string | undefined;
  storeAgentName(name: string): void;
  /** The lead has passed on. */
  agentChanged(from: AgentRuntime, to: AgentRuntime): void;
}

export class ActiveAgent {
  readonly #tree: AgentTree;
  readonly #preferences: AgentPreferences;
  readonly #host: ActiveAgentHost;
  #runtime: AgentRuntime;
  /** Those who left with calls still to be answered. */
  #finishing: AgentRuntime[] = [];
  #transfers = { turn: 0, made: 0 };

  /** Whoever led last leads again, if the agent is still there. */
  constructor(root: Agent, wishes: AgentPreferences, theatre: ActiveAgentHost) {
    this.#tree = buildAgentTree(root);
    this.#preferences = wishes;
    this.#host = theatre;
    const last = this.#tree.get(theatre.storedAgentName() ?? "")?.agent;
    this.#runtime = this.#createRuntime(entryAgentOf(last ?? root));
  }

  /** The agent at work. */
  get runtime(): AgentRuntime {
    return this.#runtime;
  }

  /** Whether anything is at work, of whoever leads or has led. */
  get busy(): boolean {
    return [this.#runtime, ...this.#finishing].some((session) => session.busy);
  }

  /** The conversation is over, or sleeps. */
  stop(): void {
    for (const session of [this.#runtime, ...this.#finishing]) session.stop();
    this.#finishing = [];
  }

  #transfer(to: Agent): void {
    const from = this.#runtime;
    from.deactivate();
    this.#finishing = [...this.#finishing, from].filter((session) => session.busy);
    this.#runtime = this.#createRuntime(to);
    this.#host.storeAgentName(to.name);
    this.#host.agentChanged(from, this.#runtime);
  }

  #mayTransfer(): boolean {
    const turn = this.#host.turn();
    const made = this.#transfers.turn === turn ? this.#transfers.made : 0;
    this.#transfers = { turn, made: made + 1 };
    return made < maxTransfersPerTurn;
  }

  #createRuntime(agent: Agent): AgentRuntime {
    const session: AgentRuntime = new AgentRuntime(agent, this.#tree, this.#preferences, {
      ...this.#host,
      mayTransfer: () => this.#mayTransfer(),
      // Who has left already hands nothing over any more.
      transfer: (to) => void (session === this.#runtime && this.#transfer(to)),
    });
    return session;
  }
}
