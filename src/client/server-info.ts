/** What the server says about itself, as far as it says it (`GET /healthz`). */

export interface AgentInfo {
  readonly name: string;
  /** What one could begin with. */
  readonly suggestions: readonly string[];
}

export interface ServerInfo {
  /** What it talks to, in the server's words. */
  readonly upstream?: string;
  /** The default agent's. */
  readonly model?: string;
  readonly defaultAgent?: string;
  readonly agents: readonly AgentInfo[];
}

export const unknownServerInfo: ServerInfo = { agents: [] };

/** Never fails: a server that does not answer is one of which nothing is known. */
export async function fetchServerInfo(): Promise<ServerInfo> {
  try {
    const answer = await fetch("/healthz", { headers: { accept: "application/json" } });
    return answer.ok ? parseServerInfo(await answer.json()) : unknownServerInfo;
  } catch {
    return unknownServerInfo;
  }
}

export function parseServerInfo(said: unknown): ServerInfo {
  if (!isRecord(said)) return unknownServerInfo;
  const { agents } = said;
  return {
    ...readString("upstream", said),
    ...readString("model", said),
    ...readString("defaultAgent", said),
    agents: Array.isArray(agents) ? agents.flatMap(agentInfo) : [],
  };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;

function readString(name: "upstream" | "model" | "defaultAgent", said: Record<string, unknown>) {
  const value = said[name];
  return typeof value === "string" ? { [name]: value } : {};
}

/** An agent is named alone, or in a record with more about it. */
function agentInfo(agent: unknown): AgentInfo[] {
  const { name, suggestions } = isRecord(agent) ? agent : { name: agent };
  if (typeof name !== "string") return [];
  const words = Array.isArray(suggestions) ? suggestions : [];
  return [{ name, suggestions: words.filter((each) => typeof each === "string").slice(0, 4) }];
}
