/** The agent that `transfer_to_agent` should transfer to. */
import { profileOf, score } from "./score.ts";
import type { Callable } from "./schema.ts";

/** As agent frameworks describe agents in text. */
const DESCRIBED = /agent name:\s*(\S+)\s+(?:agent )?description:\s*([^\n]+)/gi;
const LISTED = /^[-*\s]*[`"']?([A-Za-z][\w-]*)[`"']?\s*[:–—]\s+([^\n]+)$/gm;

/** Descriptions by name: of the agents in the declaration's choices, its description and the instruction. */
function agentsOf({ parameters, description }: Callable, instruction: string): [string, string][] {
  const text = `${description}\n${instruction}`;
  const choices = parameters.flatMap((parameter) => parameter.choices);
  const agents = new Map(choices.map((name) => [name, ""]));
  for (const [, name = "", about = ""] of text.matchAll(LISTED))
    if (agents.has(name)) agents.set(name, about);
  for (const [, name = "", about = ""] of text.matchAll(DESCRIBED)) agents.set(name, about);
  return [...agents];
}

const ASKS_FOR_AGENT =
  /\b(?:talk|speak|transfer|connect|switch|hand|put|pass|forward)\b.*\b(?:to|with|over|through)\b/;

/** A single word of the description suffices, unless a function fits better. */
const LEAST = 0.75;
const FACTOR = 2;
const ASKING = 1.5;

export function transferFor(
  text: string,
  callable: Callable,
  instruction: string,
): { readonly agent: string; readonly score: number } | undefined {
  const asked = ASKS_FOR_AGENT.test(text) ? ASKING : 0;
  return agentsOf(callable, instruction)
    .map(([agent, description]) => {
      const profile = profileOf({ name: agent, description, parameters: [] });
      return { agent, score: score(text.split(" "), profile) };
    })
    .filter((fit) => fit.score >= LEAST)
    .map((fit) => ({ ...fit, score: fit.score * FACTOR + asked }))
    .sort((a, b) => b.score - a.score)[0];
}
