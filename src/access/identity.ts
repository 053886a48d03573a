/** The identity of a conversation: (app, user, session), from an address or from a token's claims. */
import { escapeId } from "../wire/escape-id.ts";
import { clientError, type ClientError } from "../core/errors.ts";

export interface Identity {
  /** The root agent's name. */
  readonly app: string;
  readonly user: string;
  readonly session: string;
}

const maxIdLength = 128;

/** Without `.` and `..`, which are no segments of a path. */
const idPattern = /^(?!\.{1,2}$)[A-Za-z0-9._:@+-]{1,128}$/;

/** Validates the three parts. A user must not start with "google.", as the Live API's paths do. */
export function parseIdentity(app: string, user: string, session: string): Identity | ClientError {
  for (const [name, value] of Object.entries({ app, user, session }))
    if (!isIdentityPart(value))
      return clientError(
        "BAD_IDENTITY",
        `The ${name} in the address is not usable: it takes 1 to 128 letters, digits and ._:@+- characters, and is not . or ..`,
      );
  if (!isUserId(user))
    return clientError("BAD_IDENTITY", 'A user id may not start with "google.".');
  return { app, user, session };
}

/** The user of a client that names none and whose token names none. It stands for no person. */
export const anonymousUser = "anonymous";

/** Whether the user is one person, so that conversations may share state and files. */
export const isNamedUser = (user: string): boolean => user !== anonymousUser;

/** A part of an identity from another system's name. Different names give different parts; a long one ends in its digest. */
export async function idFromName(name: string): Promise<string> {
  const escaped = escapeId(name);
  if (escaped.length <= maxIdLength) return escaped;
  const bytes = new TextEncoder().encode(name);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
  // No other name has two underscores in a row.
  return `${escaped.slice(0, maxIdLength - digest.length - 2)}__${digest}`;
}

export const isIdentityPart = (text: string): boolean => idPattern.test(text);

export const isUserId = (user: string): boolean => !user.startsWith("google.");

/** The parts of an identity, which are also the names of a token's claims. */
export const identityParts = ["app", "user", "session"] as const satisfies (keyof Identity)[];

/** The name of the conversation's Durable Object; unique for each identity. */
export const objectNameOf = ({ app, user, session }: Identity): string =>
  JSON.stringify([app, user, session]);
