/**
 * The setup of the Live API client that began the conversation. The root agent is derived from it.
 *
 *     propose ─► candidate ─┬─ a session becomes ready: stored for the life of the conversation
 *                           └─ the model refuses it: dropped
 */
import type { Agent } from "../agent/agent.ts";
import { clientAgent } from "../agent/runtime/client-agent.ts";
import type { ClientSetup } from "../core/live-api/client-setup.ts";
import { ClientTools } from "./client-tools.ts";
import type { ConversationContext } from "./context.ts";

export interface AdoptableSetup {
  readonly setup: ClientSetup;
  /** Whether the address or the token named an agent of the deployment: that agent then takes over the setup's fields. */
  readonly named: boolean;
  /** The setup as context updates changed it; `setup` still identifies the clients that began with it. */
  readonly updated?: ClientSetup;
}

const storageKey = "guest setup";

export class AdoptedSetup {
  readonly #context: ConversationContext;
  readonly tools: ClientTools;
  /** Set until the model accepts or refuses it. */
  #candidate: AdoptableSetup | undefined;

  constructor(context: ConversationContext) {
    this.#context = context;
    this.tools = new ClientTools(context);
  }

  get stored(): AdoptableSetup | undefined {
    return this.#context.kv.get<AdoptableSetup>(storageKey);
  }

  get candidate(): AdoptableSetup | undefined {
    return this.#candidate;
  }

  /** The root agent: the deployment's own, or the one derived from the setup. */
  agentFor(own: Agent): Agent {
    const adopted = this.#candidate ?? this.stored;
    if (!adopted) return own;
    const named = adopted.named ? own : undefined;
    const setup = adopted.updated ?? adopted.setup;
    return clientAgent({ named, name: own.name }, setup, (name, args, context) =>
      this.tools.call(name, args, context),
    );
  }

  /** Whether the client sends the conversation's history itself (Live API: `historyConfig`). */
  get seedsHistory(): boolean {
    return (this.#candidate ?? this.stored)?.setup.seeds === true;
  }

  propose(setup: AdoptableSetup): void {
    this.#candidate = setup;
  }

  /** Replaces the setup that the agent is derived from, for the life of the conversation. */
  update(updated: ClientSetup): void {
    const { stored } = this;
    if (stored) this.#context.kv.put<AdoptableSetup>(storageKey, { ...stored, updated });
  }

  /** Stores the candidate after the model has accepted it. */
  confirm(): void {
    if (this.#candidate) this.#context.kv.put<AdoptableSetup>(storageKey, this.#candidate);
    this.#candidate = undefined;
  }

  drop(): void {
    this.#candidate = undefined;
  }
}
