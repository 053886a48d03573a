/** Who talks in which conversation: (app, user, session), from a door's path. */
import { problem, type Problem } from "../core/errors.ts";

export interface Identity {
  /** The root agent's name. */
  readonly app: string;
  readonly user: string;
  readonly session: string;
}

const part = /^[A-Za-z0-9._:@+-]{1,128}$/;

/** Checks the three parts. The Live API's paths begin with "google.", so no user may. */
export function identify(app: string, user: string, session: string): Identity | Problem {
  for (const [name, value] of Object.entries({ app, user, session }))
    if (!part.test(value))
      return problem(
        "BAD_IDENTITY",
        `The ${name} in the address is not usable: it takes 1 to 128 letters, digits and ._:@+- characters.`,
      );
  if (user.startsWith("google."))
    return problem("BAD_IDENTITY", 'A user id may not start with "google.".');
  return { app, user, session };
}

/** The Durable Object's name: no two identities share it. */
export const objectName = ({ app, user, session }: Identity): string =>
  JSON.stringify([app, user, session]);
