/** The settings that clients may ask for when they join (query parameters of ADK's bidi-demo, `turns`, and `clientSettings`). */
import type { Agent } from "../agent.ts";
import { permittedSettings, type ClientSettings } from "../client-settings.ts";

export interface AgentPreferences {
  readonly proactivity: boolean;
  readonly affectiveDialog: boolean;
  /** The clients mark where their speech begins and ends (`turns=client`). */
  readonly marksTurns?: boolean | undefined;
  /** The settings that the author lets clients choose. */
  readonly settings?: ClientSettings | undefined;
}

/** Applies preferences to the settings that the author left open. */
export function applyPreferences(
  agent: Agent,
  { proactivity, affectiveDialog, marksTurns, settings }: AgentPreferences,
): Agent {
  const { runConfig } = agent;
  const { voice = runConfig.voice } = permittedSettings(agent, settings);
  return {
    ...agent,
    runConfig: {
      ...runConfig,
      voice,
      proactiveAudio: runConfig.proactiveAudio ?? (proactivity || undefined),
      affectiveDialog: runConfig.affectiveDialog ?? (affectiveDialog || undefined),
      activityDetection: marksTurns
        ? detectionBesideMarks(runConfig.activityDetection)
        : runConfig.activityDetection,
    },
  };
}

type ActivityDetection = Agent["runConfig"]["activityDetection"];

/**
 * The service's detection gives way to the relay's, which knows the clients' marks: a client without any, such as a
 * telephone, is still heard. An author's choice stays.
 */
const detectionBesideMarks = (detection: ActivityDetection): ActivityDetection =>
  detection?.by !== undefined || detection?.disabled === true
    ? detection
    : { by: "relay", prefixPaddingMs: detection?.prefixPaddingMs };
