/** A thread that loads the agents anew and posts the mistake in them, or the warnings about them. */
import { parentPort, workerData } from "node:worker_threads";
import { agentWarnings, checkConfig } from "./check-config.ts";
import { loadAgents } from "./load-agents.ts";

export interface AgentCheck {
  /** The agents cannot be served. */
  readonly mistake?: string;
  readonly warnings: readonly string[];
}

export interface CheckedSettings {
  /** All settings of the Worker. */
  readonly settings: object;
  /** The file that has them. */
  readonly file: string;
}

const check = async ({ settings, file }: CheckedSettings): Promise<AgentCheck> => {
  const agents = await loadAgents();
  return { warnings: agentWarnings(agents, checkConfig(settings, agents, file)) };
};

const result = await check(workerData as CheckedSettings).catch((error: unknown): AgentCheck => ({
  mistake: error instanceof Error ? error.message : String(error),
  warnings: [],
}));
parentPort?.postMessage(result);
