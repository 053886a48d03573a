/** Agents as others see them: what they are made of, as ADK's server describes it, and drawn in Graphviz's language. */
import { capabilitiesOf } from "../core/live-api/capabilities.ts";
import { withDescendants, type Agent } from "./agent.ts";
import { functionDeclarationOf } from "./prompt.ts";

/** Whom an agent has under it. */
const childrenOf = ({ subAgents, steps }: Agent): readonly Agent[] => [...subAgents, ...steps];

const instructionText = ({ instruction }: Agent): string =>
  typeof instruction === "string" ? instruction : "(made from the state, in each session)";

/** ADK: `/apps/{app}/app-info`, `agents`, by name. */
export const describeAgents = (root: Agent): Record<string, object> =>
  Object.fromEntries(
    withDescendants(root).map((agent) => [
      agent.name,
      {
        name: agent.name,
        description: agent.description,
        instruction: instructionText(agent),
        // What the model does by itself has no declaration, and what is elsewhere is not known before it is asked for.
        tools: agent.tools.flatMap((tool) =>
          tool.kind === "function" || tool.kind === "stream"
            ? [
                {
                  functionDeclarations: [
                    functionDeclarationOf(tool, capabilitiesOf(agent.models[0])),
                  ],
                },
              ]
            : [],
        ),
        sub_agents: childrenOf(agent).map(({ name }) => name),
      },
    ]),
  );

/** ADK: `build_graph`, `root_agent`. */
export const buildGraph = (agent: Agent): object => ({
  name: agent.name,
  description: agent.description,
  model: agent.models[0],
  instruction: instructionText(agent),
  tools: agent.tools.map(({ name }) => ({ name })),
  sub_agents: childrenOf(agent).map(buildGraph),
});

/**
 * An agent, whom it may hand over to, and its tools.
 * @param lit names of those that are to stand out.
 */
export function toGraphviz(root: Agent, dark: boolean, lit: readonly string[] = []): string {
  const ink = dark ? "#e8eaed" : "#202124";
  const node = (name: string, shape: string): string =>
    `${quote(name)} [shape=${shape} style="rounded${lit.includes(name) ? ",filled" : ""}" fillcolor="${dark ? "#0f5223" : "#ceead6"}" color="${ink}" fontcolor="${ink}"]`;
  const edge = (from: string, to: string): string =>
    `${quote(from)} -> ${quote(to)} [color="${ink}"${lit.includes(from) && lit.includes(to) ? " penwidth=2" : ""}]`;
  const lines = withDescendants(root).flatMap((agent) => [
    node(agent.name, "box"),
    ...agent.tools.flatMap(({ name }) => [node(name, "ellipse"), edge(agent.name, name)]),
    ...childrenOf(agent).map(({ name }) => edge(agent.name, name)),
  ]);
  return `digraph { rankdir=LR; bgcolor="transparent"; ${[...new Set(lines)].join("; ")} }`;
}

const quote = (name: string): string => `"${name.replaceAll(/["\\]/g, "\\$&")}"`;
