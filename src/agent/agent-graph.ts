/** Agents as others see them: what they are made of, as ADK's server describes it, and drawn in Graphviz's language. */
import { capabilitiesOf } from "../core/live-api/capabilities.ts";
import { everyone, type Agent } from "./agent.ts";
import { declarationOf } from "./prompt.ts";

/** Whom an agent has under it. */
const under = ({ subAgents, steps }: Agent): readonly Agent[] => [...subAgents, ...steps];

const instructionOf = ({ instruction }: Agent): string =>
  typeof instruction === "string" ? instruction : "(made from the state, in each session)";

/** ADK: `/apps/{app}/app-info`, `agents`, by name. */
export const described = (root: Agent): Record<string, object> =>
  Object.fromEntries(
    everyone(root).map((agent) => [
      agent.name,
      {
        name: agent.name,
        description: agent.description,
        instruction: instructionOf(agent),
        // What the model does by itself has no declaration, and what is elsewhere is not known before it is asked for.
        tools: agent.tools.flatMap((tool) =>
          tool.kind === "function" || tool.kind === "stream"
            ? [{ functionDeclarations: [declarationOf(tool, capabilitiesOf(agent.models[0]))] }]
            : [],
        ),
        sub_agents: under(agent).map(({ name }) => name),
      },
    ]),
  );

/** ADK: `build_graph`, `root_agent`. */
export const built = (agent: Agent): object => ({
  name: agent.name,
  description: agent.description,
  model: agent.models[0],
  instruction: instructionOf(agent),
  tools: agent.tools.map(({ name }) => ({ name })),
  sub_agents: under(agent).map(built),
});

/**
 * An agent, whom it may hand over to, and its tools.
 * @param lit names of those that are to stand out.
 */
export function drawn(root: Agent, dark: boolean, lit: readonly string[] = []): string {
  const ink = dark ? "#e8eaed" : "#202124";
  const node = (name: string, shape: string): string =>
    `${quoted(name)} [shape=${shape} style="rounded${lit.includes(name) ? ",filled" : ""}" fillcolor="${dark ? "#0f5223" : "#ceead6"}" color="${ink}" fontcolor="${ink}"]`;
  const edge = (from: string, to: string): string =>
    `${quoted(from)} -> ${quoted(to)} [color="${ink}"${lit.includes(from) && lit.includes(to) ? " penwidth=2" : ""}]`;
  const lines = everyone(root).flatMap((agent) => [
    node(agent.name, "box"),
    ...agent.tools.flatMap(({ name }) => [node(name, "ellipse"), edge(agent.name, name)]),
    ...under(agent).map(({ name }) => edge(agent.name, name)),
  ]);
  return `digraph { rankdir=LR; bgcolor="transparent"; ${[...new Set(lines)].join("; ")} }`;
}

const quoted = (name: string): string => `"${name.replaceAll(/["\\]/g, "\\$&")}"`;
