/** An agent's time at the head of a conversation: its author is told when it begins and when it ends, once each. */
import { callHook, type HookContext, type Hooks } from "./hooks.ts";

export class AgentLifecycle {
  readonly #hooks: Hooks;
  readonly #context: HookContext;
  #active = false;

  constructor(hooks: Hooks, context: HookContext) {
    this.#hooks = hooks;
    this.#context = context;
  }

  /** Resolves when the agent may begin. Never rejects. */
  async begin(): Promise<void> {
    const { beforeAgent } = this.#hooks;
    if (this.#active) return;
    this.#active = true;
    if (beforeAgent) await callHook("beforeAgent", () => beforeAgent(this.#context));
  }

  end(): void {
    const { afterAgent } = this.#hooks;
    if (this.#active && afterAgent) void callHook("afterAgent", () => afterAgent(this.#context));
    this.#active = false;
  }
}
