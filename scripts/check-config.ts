/** Checks settings and agents as the Worker does, and words a mistake as one sentence that names its file. */
import { withDescendants, type Agent } from "../src/agent/agent.ts";
import { ConfigError, readConfig, retiredModels, type Config } from "../src/config.ts";
import { isKnownModel, isPrebuiltVoice } from "../src/core/live-api/capabilities.ts";

type Agents = readonly [Agent, ...Agent[]];

/** @throws Error in one sentence. */
export function checkConfig(settings: object, agents: Agents, file: string): Config {
  try {
    return readConfig(settings, agents);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    // The mistakes in agents name their place.
    const place = /^(Agent "|src\/agents)/.test(error.message) ? "" : `in ${file}, `;
    throw new Error(`${place}${error.message.replace(/\.$/, "")}.`, { cause: error });
  }
}

/** One sentence for each value of an agent that the service may refuse, or that the model cannot use. */
export const agentWarnings = (agents: Agents, config: Config): string[] => [
  ...new Set([
    ...retiredModels(agents, config),
    ...agents.flatMap(withDescendants).flatMap((agent) => warningsOf(agent, config)),
  ]),
];

function warningsOf(
  { name, models, runConfig: { voice }, tools }: Agent,
  { upstreamModel }: Config,
): string[] {
  const sentences = [
    ...models
      .map(upstreamModel)
      .filter((model) => !isKnownModel(model))
      .map((model) => `parley does not know the model "${model}": check its name.`),
    ...(voice === undefined || isPrebuiltVoice(voice)
      ? []
      : [`"${voice}" is none of Google's thirty prebuilt voices: check its name.`]),
    ...tools
      .filter((tool) => "description" in tool && !tool.description)
      .map(
        (tool) =>
          `its tool "${"name" in tool ? tool.name : ""}" has no description: the model does not know when to call it.`,
      ),
  ];
  return sentences.map((sentence) => `Agent "${name}": ${sentence}`);
}
