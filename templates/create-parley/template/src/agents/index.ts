/** The agents of this deployment. The first is the default. */
import type { Agent } from "../agent/agent.ts";
import { waiter } from "./waiter.ts";

export const agents: readonly [Agent, ...Agent[]] = [waiter];
