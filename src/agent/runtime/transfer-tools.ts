/** The two functions by which a model transfers the conversation, under ADK's names, and the instruction about them. */
import { z } from "zod";
import type { Agent } from "../agent.ts";
import { tool, type CallableTool } from "../tool.ts";
import { isSequenceStep, nextAgentOf, transferTargetsOf, type AgentTree } from "./agent-tree.ts";

const transferToolName = "transfer_to_agent";
const taskCompletedToolName = "task_completed";

/** Empty for an agent that is alone. */
export function transferToolsOf(tree: AgentTree, agent: Agent): CallableTool[] {
  const targets = transferTargetsOf(tree, agent);
  return [
    ...(targets.length > 0 ? [transferTool(targets)] : []),
    ...(isSequenceStep(tree, agent) ? [taskCompletedTool(nextAgentOf(tree, agent))] : []),
  ];
}

/** A paragraph of the instruction; "" for an agent that is alone. */
export function transferInstruction(tree: AgentTree, agent: Agent): string {
  const targets = transferTargetsOf(tree, agent);
  const list = targets.map(({ name, description }) => `- ${name}: ${description}`).join("\n");
  return [
    targets.length > 0
      ? `When one of these is better suited to answer, call ${transferToolName} with its name at once, without saying so first:\n${list}`
      : "",
    isSequenceStep(tree, agent)
      ? `When you have done what you are here for, call ${taskCompletedToolName} without saying anything else.`
      : "",
  ]
    .filter(Boolean)
    .join("\n\n");
}

function transferTool(targets: readonly Agent[]): CallableTool {
  const names = targets.map(({ name }) => name);
  const list = targets.map(({ name, description }) => `${name} (${description})`).join("; ");
  return tool({
    name: transferToolName,
    description: `Hands the conversation over to another agent: ${list}`,
    parameters: z.object({ agent_name: z.enum(names).describe("Who takes over.") }),
    run: ({ agent_name }, { transferTo }) => {
      transferTo(agent_name);
      return { status: `${agent_name} takes over.` };
    },
  });
}

function taskCompletedTool(next: Agent | undefined): CallableTool {
  return tool({
    name: taskCompletedToolName,
    description: "Says that your task is completed, so that the next agent can take over.",
    run: (_, { transferTo }) => {
      if (!next) return { status: "Every task is completed. Tell the user, in a few words." };
      transferTo(next.name);
      return { status: `${next.name} takes over.` };
    },
  });
}
