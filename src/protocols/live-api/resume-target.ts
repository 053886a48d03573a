/** Looks up the conversation of a Live API client's resumption handle, and the setup that its ephemeral token allows. */
import { expired, invalidCredential, spent } from "../../access/credentials.ts";
import { scopeError } from "../../access/grant-checks.ts";
import { objectNameOf, parseIdentity, type Identity } from "../../access/identity.ts";
import { decryptHandle } from "../../access/resumption-handle.ts";
import type { AuthSettings } from "../../access/token.ts";
import { isClientError, type ClientError } from "../../core/errors.ts";
import {
  applyTokenSetup,
  locksField,
  type EphemeralTokenTerms,
} from "../../core/live-api/ephemeral-token.ts";
import { isRecord } from "../../core/live-api/proto-json.ts";
import { ephemeralTokenStub, type EphemeralTokenRefusal } from "../../ephemeral-token.ts";
import type { ContextField } from "../../core/upstream/encoding.ts";
import type { LiveClient } from "../attachment.ts";
import { sessionNotFound } from "./errors.ts";

type Fields = Readonly<Record<string, unknown>>;

/** The Durable Object that the client is connected to. */
interface ConnectedObject {
  readonly env: Env;
  readonly auth: AuthSettings;
  readonly identity: Identity;
  /** Whether a client has ever joined its conversation. */
  readonly exists: boolean;
}

interface ResumeTarget {
  /** The client's setup, restricted by the ephemeral token. */
  readonly setup: Fields;
  /** What the ephemeral token locks of it. */
  readonly locked: readonly ContextField[];
  /** The resumed conversation, if it is another object's. */
  readonly elsewhere: Identity | undefined;
}

export const needsLookup = (setup: Fields, client: LiveClient): boolean =>
  client.ephemeralToken !== undefined || handleIn(setup) !== undefined;

export async function findResumeTarget(
  setup: Fields,
  client: LiveClient,
  object: ConnectedObject,
): Promise<ResumeTarget | ClientError> {
  const handle = handleIn(setup);
  const target =
    handle === undefined ? object.identity : await conversationOf(handle, client, object);
  if (!target) return sessionNotFound();
  const { ephemeralToken } = client;
  const terms =
    ephemeralToken && (await beginSession(ephemeralToken.id, handle !== undefined, object));
  if (terms && isClientError(terms)) return terms;
  return {
    setup: terms ? applyTokenSetup(setup, terms) : setup,
    locked: contextFields.filter((field) => terms && locksField(terms, field)),
    elsewhere: objectNameOf(target) === objectNameOf(object.identity) ? undefined : target,
  };
}

const contextFields: readonly ContextField[] = ["systemInstruction", "tools"];

function handleIn({ sessionResumption }: Fields): string | undefined {
  const handle = isRecord(sessionResumption) ? sessionResumption["handle"] : undefined;
  return typeof handle === "string" && handle !== "" ? handle : undefined;
}

/** The handle's conversation; undefined if the address or the token names another one. */
async function conversationOf(
  handle: string,
  client: LiveClient,
  object: ConnectedObject,
): Promise<Identity | undefined> {
  const name = await decryptHandle(object.auth, handle, Date.now());
  if (name === undefined) return undefined;
  const [app = "", user = "", session = ""] = JSON.parse(name) as string[];
  const target = parseIdentity(app, user, session);
  // Without tokens the key is no secret: a forged handle must lead to no object that no address names.
  if (isClientError(target)) return undefined;
  if (name === objectNameOf(object.identity)) return object.exists ? target : undefined;
  const isForToken =
    scopeError({ bound: client.bound, agents: client.agents }, target) === undefined;
  return client.mayResumeElsewhere && isForToken ? target : undefined;
}

async function beginSession(
  id: string,
  resumes: boolean,
  { env }: ConnectedObject,
): Promise<EphemeralTokenTerms | ClientError> {
  const terms = await ephemeralTokenStub(env, id).beginSession(resumes);
  return typeof terms === "string" ? refusals[terms]() : terms;
}

const refusals: Readonly<Record<EphemeralTokenRefusal, () => ClientError>> = {
  unknown: invalidCredential,
  expired,
  spent,
};
