/** Which conversations the page joins by itself: those that are under way. A new one waits for the person. */
import { readRequestedRole, type Identity } from "./identity.ts";

/** A page that only listens has nothing to wait for. */
export function listens(search: string): boolean {
  const role = readRequestedRole(new URLSearchParams(search));
  return role === "listener" || role === "observer";
}

/** Whether the page's address names a session that the server has. */
export async function isLinkToExisting(
  { user, session, agent }: Omit<Identity, "agent"> & { readonly agent: string | undefined },
  token: string | undefined,
): Promise<boolean> {
  if (!agent || !new URLSearchParams(location.search).has("session")) return false;
  const list = `/apps/${encodeURIComponent(agent)}/users/${encodeURIComponent(user)}/sessions`;
  try {
    const response = await fetch(list, {
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    });
    if (!response.ok) return false;
    const sessions = (await response.json()) as readonly { readonly id?: unknown }[];
    return sessions.some(({ id }) => id === session);
  } catch {
    return false;
  }
}
