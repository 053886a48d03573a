/** Describes an agent tree: as ADK's server does for its UI, and as a Graphviz graph. */
import { capabilitiesOf } from "../../core/live-api/capabilities.ts";
import { withDescendants, type Agent } from "../agent.ts";
import { functionDeclarationOf } from "./prompt.ts";

const childrenOf = ({ subAgents, steps }: Agent): readonly Agent[] => [...subAgents, ...steps];

const instructionText = ({ instruction }: Agent): string =>
  typeof instruction === "string" ? instruction : "(made from the state, in each session)";

/** ADK: `agents` of `/apps/{app}/app-info`, by name. */
export const describeAgents = (root: Agent): Record<string, object> =>
  Object.fromEntries(
    withDescendants(root).map((agent) => [
      agent.name,
      {
        name: agent.name,
        description: agent.description,
        instruction: instructionText(agent),
        // Built-in tools have no declaration, and a toolset's are unknown before a session begins.
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

/** ADK: `root_agent` of `build_graph`. */
export const buildGraph = (agent: Agent): object => ({
  name: agent.name,
  description: agent.description,
  model: agent.models[0],
  instruction: instructionText(agent),
  tools: agent.tools.map(({ name }) => ({ name })),
  sub_agents: childrenOf(agent).map(buildGraph),
});

/**
 * The agent tree and its tools, in the DOT language.
 * @param highlighted names of agents and tools; an edge between two of them is highlighted too.
 */
export function toGraphviz(
  root: Agent,
  dark: boolean,
  highlighted: readonly string[] = [],
): string {
  const color = dark ? "#e8eaed" : "#202124";
  const node = (name: string, shape: string): string =>
    `${quote(name)} [shape=${shape} style="rounded${highlighted.includes(name) ? ",filled" : ""}" fillcolor="${dark ? "#0f5223" : "#ceead6"}" color="${color}" fontcolor="${color}"]`;
  const edge = (from: string, to: string): string =>
    `${quote(from)} -> ${quote(to)} [color="${color}"${highlighted.includes(from) && highlighted.includes(to) ? " penwidth=2" : ""}]`;
  const lines = withDescendants(root).flatMap((agent) => [
    node(agent.name, "box"),
    ...agent.tools.flatMap(({ name }) => [node(name, "ellipse"), edge(agent.name, name)]),
    ...childrenOf(agent).map(({ name }) => edge(agent.name, name)),
  ]);
  return `digraph { rankdir=LR; bgcolor="transparent"; ${[...new Set(lines)].join("; ")} }`;
}

const quote = (name: string): string => `"${name.replaceAll(/["\\]/g, "\\$&")}"`;
