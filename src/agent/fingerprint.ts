/** Tells whether an agent is still the one a session was set up for. */
import type { Agent } from "./agent.ts";

/** A short text that changes when anything changes that a model was told about an agent. */
export function fingerprintOf(agent: Agent): string {
  const { name, models, instruction, tools, runConfig, overlay } = agent;
  const told = tools.map((tool) =>
    tool.kind === "function" || tool.kind === "stream"
      ? [tool.name, tool.description, tool.arguments.schema, tool.behavior, tool.declaration]
      : tool.name,
  );
  return fnv1a(JSON.stringify([name, models, String(instruction), told, runConfig, overlay]));
}

/** FNV-1a, 32 bits: to notice a change, not to keep one out. */
function fnv1a(text: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, "0");
}
