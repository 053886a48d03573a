/** Who talks in which conversation: (app, user, session), from a door's path. */
import { clientError, type ClientError } from "../core/errors.ts";

export interface Identity {
  /** The root agent's name. */
  readonly app: string;
  readonly user: string;
  readonly session: string;
}

const idPattern = /^[A-Za-z0-9._:@+-]{1,128}$/;

/** Checks the three parts. The Live API's paths begin with "google.", so no user may. */
export function parseIdentity(app: string, user: string, session: string): Identity | ClientError {
  for (const [name, value] of Object.entries({ app, user, session }))
    if (!idPattern.test(value))
      return clientError(
        "BAD_IDENTITY",
        `The ${name} in the address is not usable: it takes 1 to 128 letters, digits and ._:@+- characters.`,
      );
  if (user.startsWith("google."))
    return clientError("BAD_IDENTITY", 'A user id may not start with "google.".');
  return { app, user, session };
}

/** The Durable Object's name: no two identities share it. */
export const objectNameOf = ({ app, user, session }: Identity): string =>
  JSON.stringify([app, user, session]);
