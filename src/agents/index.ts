/** The agents of this deployment. The first is the default. */
import type { Agent } from "../agent/agent.ts";
import { assistant } from "./assistant.ts";
import { concierge } from "./concierge/concierge.ts";
import { dice } from "./dice.ts";
import { people } from "./people.ts";
import { search } from "./search.ts";
import { stocks } from "./stocks.ts";

export const agents: readonly [Agent, ...Agent[]] = [
  assistant,
  search,
  dice,
  stocks,
  people,
  concierge,
];
