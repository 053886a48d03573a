/** What a client of the Live API may enter, before its setup is read: by its handle, and by its ticket's terms. */
import { decryptHandle } from "../access/resumption-handle.ts";
import { objectNameOf, type Identity } from "../access/identity.ts";
import { expired, invalidCredential, spent } from "../access/credentials.ts";
import type { AuthSettings } from "../access/token.ts";
import { isClientError, clientError, type ClientError } from "../core/errors.ts";
import { isRecord } from "../core/live-api/proto-json.ts";
import { applyTokenSetup, type EphemeralTokenTerms } from "../core/live-api/ephemeral-token.ts";
import { ephemeralTokenStub, type EphemeralTokenRefusal } from "../ephemeral-token.ts";
import type { Guest } from "./connections.ts";

type Fields = Readonly<Record<string, unknown>>;

export interface Here {
  readonly env: Env;
  readonly guard: AuthSettings;
  readonly identity: Identity;
  /** Whether anybody ever came here. */
  readonly exists: boolean;
}

export interface Entry {
  /** The setup as its ticket lets it be. */
  readonly setup: Fields;
  /** The conversation that the client comes back to, when it is another one. */
  readonly elsewhere: Identity | undefined;
}

/** Whether there is anything to judge. */
export const isPlain = (setup: Fields, guest: Guest): boolean =>
  !guest.ticket && handleIn(setup) === undefined;

export async function entryOf(
  setup: Fields,
  guest: Guest,
  here: Here,
): Promise<Entry | ClientError> {
  const handle = handleIn(setup);
  const named = handle === undefined ? here.identity : await whose(handle, guest, here);
  if (!named) return notFound();
  const terms = guest.ticket && (await begun(guest.ticket.id, handle !== undefined, here));
  if (terms && isClientError(terms)) return terms;
  return {
    setup: terms ? applyTokenSetup(setup, terms) : setup,
    elsewhere: objectNameOf(named) === objectNameOf(here.identity) ? undefined : named,
  };
}

function handleIn({ sessionResumption }: Fields): string | undefined {
  const handle = isRecord(sessionResumption) ? sessionResumption["handle"] : undefined;
  return typeof handle === "string" && handle !== "" ? handle : undefined;
}

/** A handle leads to its conversation, unless address or token name another. */
async function whose(handle: string, guest: Guest, here: Here): Promise<Identity | undefined> {
  const name = await decryptHandle(here.guard, handle, Date.now());
  if (name === undefined) return undefined;
  const [app = "", user = "", session = ""] = JSON.parse(name) as string[];
  const named = { app, user, session };
  if (name === objectNameOf(here.identity)) return here.exists ? named : undefined;
  const bound = Object.entries(guest.bound).every(
    ([part, value]) => named[part as keyof Identity] === value,
  );
  return guest.astray && bound ? named : undefined;
}

async function begun(
  id: string,
  resumes: boolean,
  { env }: Here,
): Promise<EphemeralTokenTerms | ClientError> {
  const terms = await ephemeralTokenStub(env, id).beginSession(resumes);
  return typeof terms === "string" ? no[terms]() : terms;
}

const no: Readonly<Record<EphemeralTokenRefusal, () => ClientError>> = {
  unknown: invalidCredential,
  expired,
  spent,
};

/** In the words of the service. */
const notFound = (): ClientError =>
  clientError("NOT_FOUND", "BidiGenerateContent session not found");
