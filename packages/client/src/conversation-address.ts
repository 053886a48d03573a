/** Which conversation a client joins, and the URL of its socket. */
import type { Role } from "../../../src/wire/parley-v1.ts";

export interface ConversationAddress {
  readonly user: string;
  readonly session: string;
  /** Absent: the server's default agent. */
  readonly agent?: string;
}

/** Choices for the session, as far as the agent's author allows them: the server refuses a client with another. */
export interface SessionSettings {
  /** One of Google's prebuilt voices. */
  readonly voice?: string;
  /** BCP-47, such as `zh-TW`. */
  readonly language?: string;
  /** Operators only. */
  readonly instruction?: string;
  /** The agent may stay silent when it is not spoken to, where its model has the choice. */
  readonly proactivity?: boolean;
}

interface Wishes {
  /** A token may grant less. */
  readonly role?: Role | undefined;
  /** The client marks where its turns begin and end. */
  readonly marksTurns?: boolean;
  readonly settings?: SessionSettings | undefined;
}

export function socketUrl(
  origin: string,
  { user, session, agent }: ConversationAddress,
  { role, marksTurns, settings: { voice, language, instruction, proactivity } = {} }: Wishes = {},
): string {
  const path = `/ws/${encodeURIComponent(user)}/${encodeURIComponent(session)}`;
  const url = new URL(path, origin.replace(/^http/, "ws"));
  if (agent) url.searchParams.set("agent", agent);
  if (role) url.searchParams.set("role", role);
  for (const [name, value] of Object.entries({ voice, language, instruction }))
    if (value) url.searchParams.set(name, value);
  if (proactivity) url.searchParams.set("proactivity", "1");
  if (marksTurns) url.searchParams.set("turns", "client");
  return url.href;
}
