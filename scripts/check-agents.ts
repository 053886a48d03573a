/** A thread that loads the agents anew and posts the mistake in them, or undefined. */
import { parentPort } from "node:worker_threads";
import { loadAgents } from "./load-agents.ts";

const mistake = await loadAgents().then(
  () => undefined,
  (error: unknown) => (error instanceof Error ? error.message : String(error)),
);
parentPort?.postMessage(mistake);
