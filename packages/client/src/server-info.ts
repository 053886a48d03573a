/** Server information from `GET /healthz`; every field is optional. */

import type { TokenPrices } from "../../../src/wire/receipt.ts";

export interface AgentInfo {
  readonly name: string;
  readonly description?: string;
  /** The agent's first model. */
  readonly model?: string;
  /** Its own. */
  readonly voice?: string;
  /** Names of the settings that clients may choose for a session. */
  readonly clientSettings: readonly string[];
  /** First messages that the agent suggests. */
  readonly suggestions: readonly string[];
}

export interface ServerInfo {
  /** The name of the model service, for display. */
  readonly upstream?: string;
  /** The default agent's model. */
  readonly model?: string;
  readonly defaultAgent?: string;
  readonly agents: readonly AgentInfo[];
  /** Of the models whose price the server knows. */
  readonly prices: readonly ListPrices[];
}

export interface ListPrices extends TokenPrices {
  readonly model: string;
  /** A date, for display. */
  readonly asOf: string;
  readonly source: string;
}

const maxSuggestions = 4;

export const unknownServerInfo: ServerInfo = { agents: [], prices: [] };

/** Never rejects: without an answer it resolves to `unknownServerInfo`. @param url of the server. */
export async function fetchServerInfo(url: string | URL = location.origin): Promise<ServerInfo> {
  try {
    const response = await fetch(new URL("/healthz", url), {
      headers: { accept: "application/json" },
    });
    return response.ok ? parseServerInfo(await response.json()) : unknownServerInfo;
  } catch {
    return unknownServerInfo;
  }
}

export function parseServerInfo(health: unknown): ServerInfo {
  if (!isRecord(health)) return unknownServerInfo;
  const { agents, prices } = health;
  return {
    ...readString("upstream", health),
    ...readString("model", health),
    ...readString("defaultAgent", health),
    agents: Array.isArray(agents) ? agents.flatMap(agentInfo) : [],
    prices: Array.isArray(prices) ? prices.filter(isListPrices) : [],
  };
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;

function readString(name: "upstream" | "model" | "defaultAgent", health: Record<string, unknown>) {
  const value = health[name];
  return typeof value === "string" ? { [name]: value } : {};
}

const isListPrices = (value: unknown): value is ListPrices =>
  isRecord(value) &&
  ["model", "asOf", "source"].every((name) => typeof value[name] === "string") &&
  ["textIn", "audioIn", "imageIn", "textOut", "audioOut"].every(
    (name) => typeof value[name] === "number",
  );

/** An agent is a name, or an object with a name and more. */
function agentInfo(agent: unknown): AgentInfo[] {
  const fields = isRecord(agent) ? agent : { name: agent };
  const { name, description, model, voice, clientSettings, suggestions } = fields;
  if (typeof name !== "string") return [];
  return [
    {
      name,
      ...(typeof description === "string" && description !== "" && { description }),
      ...(typeof model === "string" && { model }),
      ...(typeof voice === "string" && { voice }),
      clientSettings: stringsOf(clientSettings),
      suggestions: stringsOf(suggestions).slice(0, maxSuggestions),
    },
  ];
}

const stringsOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((text) => typeof text === "string") : [];
