/** Handing the talk to another agent, as agent kits declare it: `transfer_to_agent`, the agents described in text. */
import type { Callable } from "./schema.ts";
import { profileOf, score } from "./score.ts";

interface Agent {
  readonly name: string;
  readonly description: string;
}

const DESCRIBED = /agent name:\s*(\S+)\s+(?:agent )?description:\s*([^\n]+)/gi;
const LISTED = /^[-*\s]*[`"']?([A-Za-z][\w-]*)[`"']?\s*[:–—]\s+([^\n]+)$/gm;

/** The agents that the declaration's choices, its text and the instruction name. */
function agentsOf({ parameters, description }: Callable, instruction: string): Agent[] {
  const text = `${description}\n${instruction}`;
  const known = new Set(parameters.flatMap(({ choices }) => choices));
  const told = new Map<string, string>();
  for (const pattern of [LISTED, DESCRIBED])
    for (const [, name = "", about = ""] of text.matchAll(pattern))
      if (pattern === DESCRIBED || known.has(name)) told.set(name, about);
  for (const name of known) if (!told.has(name)) told.set(name, "");
  return [...told].map(([name, about]) => ({ name, description: about }));
}

/** "Let me talk to the sommelier": a name counts for more when the words ask for somebody. */
const ASKS_FOR_SOMEBODY =
  /\b(?:talk|speak|transfer|connect|switch|hand|put|pass|forward)\b.*\b(?:to|with|over|through)\b/;

/** One word that the agent's description holds is enough, if no function fits better. */
const PER_WORD = 2;
const ASKING = 1.5;

export interface Transfer {
  readonly agent: string;
  readonly score: number;
}

export function transferFor(
  text: string,
  callable: Callable,
  instruction: string,
): Transfer | undefined {
  const asked = ASKS_FOR_SOMEBODY.test(text) ? ASKING : 0;
  let best: Transfer | undefined;
  for (const { name, description } of agentsOf(callable, instruction)) {
    const profile = profileOf({ name, description, parameters: [] });
    const fit = score(text.split(" "), profile);
    if (fit < 0.75) continue;
    const total = fit * PER_WORD + asked;
    if (total > (best?.score ?? 0)) best = { agent: name, score: total };
  }
  return best;
}
