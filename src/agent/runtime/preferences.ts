/** The settings that clients may ask for when they join (query parameters of ADK's bidi-demo). */
import type { Agent } from "../agent.ts";

export interface AgentPreferences {
  readonly proactivity: boolean;
  readonly affectiveDialog: boolean;
}

/** Applies preferences to the settings that the author left open. */
export function applyPreferences(
  agent: Agent,
  { proactivity, affectiveDialog }: AgentPreferences,
): Agent {
  const { runConfig } = agent;
  return {
    ...agent,
    runConfig: {
      ...runConfig,
      proactiveAudio: runConfig.proactiveAudio ?? (proactivity || undefined),
      affectiveDialog: runConfig.affectiveDialog ?? (affectiveDialog || undefined),
    },
  };
}
