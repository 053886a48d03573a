/** Fingerprints an agent's configuration: a resumption handle is valid only for the configuration it was issued for. */
import type { Agent } from "../agent.ts";

/** Changes with everything in an agent's definition that its session setup depends on. */
export function fingerprintOf(agent: Agent): string {
  const { name, models, instruction, tools, runConfig, overlay } = agent;
  const declared = tools.map((tool) =>
    tool.kind === "function" || tool.kind === "stream"
      ? [tool.name, tool.description, tool.arguments.schema, tool.behavior, tool.declaration]
      : tool.name,
  );
  return fnv1a(JSON.stringify([name, models, String(instruction), declared, runConfig, overlay]));
}

/** FNV-1a, 32 bits: detects changes, and is no protection against forgery. */
function fnv1a(text: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, "0");
}
