/** Calls `beforeAgent` and `afterAgent`, once for each period in which an agent is active. */
import type { HookContext, Hooks } from "../hooks.ts";
import { callHook } from "./call-hook.ts";

export class AgentLifecycle {
  readonly #hooks: Hooks;
  readonly #context: HookContext;
  #active = false;

  constructor(hooks: Hooks, context: HookContext) {
    this.#hooks = hooks;
    this.#context = context;
  }

  /** Resolves when `beforeAgent` is done. Never rejects. */
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
