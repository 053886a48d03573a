/** An agent's time at the head of a conversation: its author is told when it begins and when it ends, once each. */
import { ask, type HookContext, type Hooks } from "./hooks.ts";

export class Lead {
  readonly #hooks: Hooks;
  readonly #context: HookContext;
  #on = false;

  constructor(hooks: Hooks, context: HookContext) {
    this.#hooks = hooks;
    this.#context = context;
  }

  /** Resolves when the agent may begin. Never rejects. */
  async begin(): Promise<void> {
    const { beforeAgent } = this.#hooks;
    if (this.#on) return;
    this.#on = true;
    if (beforeAgent) await ask("beforeAgent", () => beforeAgent(this.#context));
  }

  end(): void {
    const { afterAgent } = this.#hooks;
    if (this.#on && afterAgent) void ask("afterAgent", () => afterAgent(this.#context));
    this.#on = false;
  }
}
