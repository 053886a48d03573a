/** The link by which others come into the conversation. A token is never in it: everybody with the link would hold it. */
import type { Identity } from "../identity.ts";
import type { Role } from "../../wire/parley-v1.ts";

export type SharedRole = Extract<Role, "listener" | "speaker" | "operator">;

/**
 * @param origin and path of the page.
 * @param agent by its name, also where it is the default: the default may change.
 */
export function shareLink(
  { origin, pathname }: Pick<Location, "origin" | "pathname">,
  { user, session, agent }: Identity,
  role: SharedRole,
): string {
  const url = new URL(pathname, origin);
  const query = { user, session, ...(agent && { agent }), ...(role !== "speaker" && { role }) };
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  return url.href;
}

/** The roles that a client may hand on: its own and lower ones. */
export const sharedRoles = (own: Role | undefined): readonly SharedRole[] =>
  own === "operator"
    ? ["listener", "speaker", "operator"]
    : own === "speaker" || own === undefined
      ? ["listener", "speaker"]
      : ["listener"];

/** Whether only this machine can open the link. */
export const isLocalLink = ({ hostname }: Pick<Location, "hostname">): boolean =>
  ["localhost", "127.0.0.1", "[::1]"].includes(hostname);
