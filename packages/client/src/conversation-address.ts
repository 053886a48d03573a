/** Which conversation a client joins, and the URL of its socket. */
import { escapeId } from "../../../src/wire/escape-id.ts";
import { randomId } from "./random-id.ts";
import { readClaims } from "./state/token-claims.ts";
import type { Role } from "../../../src/wire/parley-v1.ts";

export interface ConversationAddress {
  readonly user: string;
  readonly session: string;
  /** Absent: the server's default agent. */
  readonly agent?: string;
}

/**
 * The address by what the client was given, then by the token's claims, then by new ids.
 * @returns gives the address. The first token decides: a client stays in its conversation.
 */
export function chooseAddress({
  agent,
  user,
  session,
}: Partial<ConversationAddress>): (token?: string) => ConversationAddress {
  const made = { user: `guest-${randomId()}`, session: randomId() };
  let chosen: ConversationAddress | undefined;
  return (token) => {
    if (chosen) return chosen;
    const claims = idsIn(token);
    const named = agent ?? claims.app;
    const address = {
      user: user ?? claims.user ?? userOf(token) ?? made.user,
      session: session ?? claims.session ?? made.session,
      ...(named && { agent: named }),
    };
    if (token !== undefined) chosen = address;
    return address;
  };
}

const idPattern = /^[\w.:@+-]{1,128}$/;

/** The user that a `sub` stands for. Of a longer one the id has a digest, which only the server makes. */
function userOf(token: string | undefined): string | undefined {
  const { sub } = readClaims(token);
  const id = typeof sub === "string" ? escapeId(sub) : "";
  return idPattern.test(id) ? id : undefined;
}

function idsIn(token: string | undefined): Partial<Record<"app" | "user" | "session", string>> {
  const claims = readClaims(token);
  const ids = (["app", "user", "session"] as const).flatMap((name) => {
    const value = claims[name];
    return typeof value === "string" && idPattern.test(value) ? [[name, value]] : [];
  });
  return Object.fromEntries(ids) as ReturnType<typeof idsIn>;
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
