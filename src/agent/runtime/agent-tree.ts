/**
 * The tree of a conversation's agents, and the transfers that it permits.
 *
 *            root                    an agent transfers to its sub-agents, its parent and its siblings, unless it may not;
 *           /    \                   a step of a sequence transfers to the next step when its task is completed,
 *       dice      sequence           and the last one to the parent of the sequence
 *                 /      \
 *              greet ──► order
 */
import { ToolError } from "../../core/errors.ts";
import { withDescendants, type Agent } from "../agent.ts";

interface AgentNode {
  readonly agent: Agent;
  /** The agent that has this one as a sub-agent or as a step. */
  readonly parent: Agent | undefined;
}

/** All agents of a conversation, by name. */
export type AgentTree = ReadonlyMap<string, AgentNode>;

export function buildAgentTree(root: Agent): AgentTree {
  const tree = new Map<string, AgentNode>([[root.name, { agent: root, parent: undefined }]]);
  for (const parent of withDescendants(root))
    for (const agent of [...parent.subAgents, ...parent.steps])
      tree.set(agent.name, { agent, parent });
  return tree;
}

/** The agent that becomes active on a transfer: the agent itself, or the first of a sequence. */
export const entryAgentOf = (agent: Agent): Agent => {
  const [first] = agent.steps;
  return first ? entryAgentOf(first) : agent;
};

/** The agents that an agent may transfer to (ADK: sub-agents, parent, peers). */
export function transferTargetsOf(tree: AgentTree, agent: Agent): readonly Agent[] {
  const { name, subAgents, disallowTransferToParent, disallowTransferToPeers } = agent;
  const parent = tree.get(name)?.parent;
  // A step of a sequence leaves it by completing its task, not by a transfer.
  if (!parent || parent.steps.length > 0) return subAgents;
  const peers = parent.subAgents.filter((peer) => peer.name !== name);
  return [
    ...subAgents,
    ...(disallowTransferToParent ? [] : [parent]),
    ...(disallowTransferToPeers ? [] : peers),
  ];
}

/**
 * Whether an agent stays active after a pause. One that may not transfer to its parent, or that is below such an agent,
 * gives way to the root (ADK: `find_agent_to_run`).
 */
export function outlastsPause(tree: AgentTree, { name, disallowTransferToParent }: Agent): boolean {
  const parent = tree.get(name)?.parent;
  return !parent || (!disallowTransferToParent && outlastsPause(tree, parent));
}

/** Whether an agent is a step of a sequence, and so has a task to complete. */
export const isSequenceStep = (tree: AgentTree, { name }: Agent): boolean =>
  (tree.get(name)?.parent?.steps.length ?? 0) > 0;

/** The agent that follows when an agent has completed its task; undefined after the last step if nothing is above it. */
export function nextAgentOf(tree: AgentTree, { name }: Agent): Agent | undefined {
  const parent = tree.get(name)?.parent;
  if (!parent) return undefined;
  if (parent.steps.length === 0) return parent;
  const index = parent.steps.findIndex((step) => step.name === name);
  return parent.steps[index + 1] ?? nextAgentOf(tree, parent);
}

/**
 * Finds the target of a transfer that an agent asks for.
 * @throws Error for the model, with the names that it may use, if the agent may not transfer to that one.
 */
export function resolveTransfer(tree: AgentTree, agent: Agent, name: string): Agent {
  const targets = transferTargetsOf(tree, agent);
  const next = isSequenceStep(tree, agent) ? nextAgentOf(tree, agent) : undefined;
  const target = [...targets, ...(next ? [next] : [])].find((each) => each.name === name);
  if (!target)
    throw new ToolError(
      `There is no agent "${name}" to transfer to. There are: ${targets.map((each) => each.name).join(", ")}.`,
    );
  return entryAgentOf(target);
}
