/** Which conversation a client joins, and the URL of its socket. */
import type { Role } from "../../../src/wire/parley-v1.ts";

export interface ConversationAddress {
  readonly user: string;
  readonly session: string;
  /** Absent: the server's default agent. */
  readonly agent?: string;
}

/** @param role requested; a token may grant less. */
export function socketUrl(
  origin: string,
  { user, session, agent }: ConversationAddress,
  role?: Role,
): string {
  const path = `/ws/${encodeURIComponent(user)}/${encodeURIComponent(session)}`;
  const url = new URL(path, origin.replace(/^http/, "ws"));
  if (agent) url.searchParams.set("agent", agent);
  if (role) url.searchParams.set("role", role);
  return url.href;
}
