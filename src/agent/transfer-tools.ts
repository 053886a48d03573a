/** The two functions by which a model hands the conversation over, in ADK's names, and what it is told about them. */
import { z } from "zod";
import type { Agent } from "./agent.ts";
import { isSequenceStep, nextAgentOf, transferTargetsOf, type AgentTree } from "./agent-tree.ts";
import { tool, type CallableTool } from "./tool.ts";

export const transferToolName = "transfer_to_agent";
export const taskCompletedToolName = "task_completed";

/** What an agent may call to hand over; nothing when it is alone. */
export function transferToolsOf(cast: AgentTree, agent: Agent): CallableTool[] {
  const targets = transferTargetsOf(cast, agent);
  return [
    ...(targets.length > 0 ? [transferTool(targets)] : []),
    ...(isSequenceStep(cast, agent) ? [taskCompletedTool(nextAgentOf(cast, agent))] : []),
  ];
}

/** What an agent is told about whom it may hand over to. */
export function transferInstruction(cast: AgentTree, agent: Agent): string {
  const targets = transferTargetsOf(cast, agent);
  const others = targets.map(({ name, description }) => `- ${name}: ${description}`).join("\n");
  return [
    targets.length > 0
      ? `When one of these is better suited to answer, call ${transferToolName} with its name at once, without saying so first:\n${others}`
      : "",
    isSequenceStep(cast, agent)
      ? `When you have done what you are here for, call ${taskCompletedToolName} without saying anything else.`
      : "",
  ]
    .filter(Boolean)
    .join("\n\n");
}

function transferTool(targets: readonly Agent[]): CallableTool {
  const names = targets.map(({ name }) => name) as [string, ...string[]];
  const who = targets.map(({ name, description }) => `${name} (${description})`).join("; ");
  return tool({
    name: transferToolName,
    description: `Hands the conversation over to another agent: ${who}`,
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
