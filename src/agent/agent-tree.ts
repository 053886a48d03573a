/**
 * Who may take over the conversation from whom.
 *
 *            root                    an agent hands over to those under it, to the one above it,
 *           /    \                   and to those beside it;
 *       dice      sequence           a step of a sequence, to the next when its task is completed,
 *                 /      \           and after the last to whoever is above the sequence
 *              greet ──► order
 */
import { withDescendants, type Agent } from "./agent.ts";

/** Where an agent stands. */
interface AgentNode {
  readonly agent: Agent;
  /** The agent it is a sub-agent or a step of. */
  readonly above: Agent | undefined;
}

export type AgentTree = ReadonlyMap<string, AgentNode>;

/** All who may speak in a conversation, by name. */
export function buildAgentTree(root: Agent): AgentTree {
  const cast = new Map<string, AgentNode>([[root.name, { agent: root, above: undefined }]]);
  for (const above of withDescendants(root))
    for (const agent of [...above.subAgents, ...above.steps])
      cast.set(agent.name, { agent, above });
  return cast;
}

/** Who speaks when an agent takes over: itself, or the first of a sequence. */
export const entryAgentOf = (agent: Agent): Agent => {
  const [first] = agent.steps;
  return first ? entryAgentOf(first) : agent;
};

/** Whom an agent may hand over to (ADK: sub-agents, parent, peers). */
export function transferTargetsOf(cast: AgentTree, { name, subAgents }: Agent): readonly Agent[] {
  const above = cast.get(name)?.above;
  // Whoever is in a sequence is led by it, and leaves it by completing the task.
  if (!above || above.steps.length > 0) return subAgents;
  return [...subAgents, above, ...above.subAgents.filter((peer) => peer.name !== name)];
}

/** Whether an agent has a task to complete: it is a step of a sequence. */
export const isSequenceStep = (cast: AgentTree, { name }: Agent): boolean =>
  (cast.get(name)?.above?.steps.length ?? 0) > 0;

/** Who goes on when an agent has completed its task; undefined when it was the last, with nobody above. */
export function nextAgentOf(cast: AgentTree, { name }: Agent): Agent | undefined {
  const above = cast.get(name)?.above;
  if (!above) return undefined;
  if (above.steps.length === 0) return above;
  const at = above.steps.findIndex((step) => step.name === name);
  return above.steps[at + 1] ?? nextAgentOf(cast, above);
}
