/** A conversation's Durable Object as the HTTP routes call it, and the middleware that these routes share. */
import { cors } from "hono/cors";
import type { Caller } from "../access/address.ts";
import { objectNameOf, type Identity } from "../access/identity.ts";
import { agents } from "../agents/index.ts";
import { readConfig } from "../config.ts";
import type { CallStatus, DialOutcome } from "../core/client-request.ts";
import type { StateDelta } from "../core/adk/session-state.ts";
import type { ClientError } from "../core/errors.ts";
import { inJurisdiction } from "../placement.ts";
import type { admittedFields } from "./admission.ts";
import type { ArtifactStub } from "../store/artifacts.ts";
import type { Event } from "../wire/adk.ts";

/** State and time of the last change, which ADK's session routes return. */
export interface RemoteDescription {
  readonly state: Record<string, unknown>;
  /** Milliseconds since the epoch. */
  readonly updated: number;
}

/** The telephone provider asks how a call goes on. */
export interface CallContinuation {
  /** For the stream that the answer may ask for. */
  readonly token: string;
  /** The names that the provider has for the call. */
  readonly ids: readonly string[];
  /** An earlier stream of the call is over. */
  readonly isReconnect: boolean;
  /** The other party has called. */
  readonly isInbound: boolean;
  /** The call was connected to another telephone, and this is how it ended. */
  readonly dialled?: DialOutcome | undefined;
  /** A machine has answered an outbound call: end it, or tell the agent. */
  readonly machine?: "hangUp" | "tell" | undefined;
}

/** How a telephone call goes on: with the agent, with another telephone, or not at all. "reject": the line is busy. */
export type CallStep =
  | { readonly type: "stream" }
  | { readonly type: "dial"; readonly to: string }
  | { readonly type: "reject" }
  | { readonly type: "hangUp" };

/** Arguments and results are plain JSON, for which the stub's generated type is too strict. */
interface RemoteConversation {
  exists(): Promise<boolean>;
  describe(reader: Caller): Promise<RemoteDescription | undefined>;
  transcript(after: number, reader: Caller): Promise<{ events: Event[]; next: number | undefined }>;
  exclusionError(caller: Caller): Promise<ClientError | undefined>;
  readingError(reader: Caller): Promise<ClientError | undefined>;
  chargeReading(reader: Caller, bytes: number): Promise<void>;
  create(
    state: StateDelta,
    history: readonly Event[],
    caller: Caller,
  ): Promise<boolean | ClientError>;
  patch(delta: StateDelta, caller: Caller): Promise<ClientError | undefined>;
  artifactChangeError(caller: Caller, bytes: number): Promise<ClientError | undefined>;
  artifacts(): Promise<ArtifactStub>;
  post(
    message: string,
    sender: Pick<ReturnType<typeof admittedFields>, "role" | "person" | "token">,
  ): Promise<ClientError | undefined>;
  continueCall(request: CallContinuation): Promise<CallStep>;
  callError(): Promise<ClientError | undefined>;
  reportCall(status: CallStatus): Promise<void>;
  delete(): Promise<void>;
  movedTo(): Promise<string | undefined>;
}

/** The conversation's object, or the one to which it has migrated. Follows one migration. */
export async function conversationOf(env: Env, identity: Identity): Promise<RemoteConversation> {
  const { jurisdiction } = readConfig(env, agents);
  const objects = inJurisdiction<RemoteConversation>(env.CONVERSATION, jurisdiction);
  const conversation = objects.getByName(objectNameOf(identity));
  const movedTo = await conversation.movedTo();
  return movedTo === undefined ? conversation : objects.getByName(movedTo);
}

/** The events of a conversation, page by page, oldest first: a page is read when it is asked for. */
export async function* transcriptPages(
  remote: Pick<RemoteConversation, "transcript">,
  reader: Caller,
): AsyncGenerator<readonly Event[]> {
  for (let after: number | undefined = 0; after !== undefined;) {
    const page = await remote.transcript(after, reader);
    yield page.events;
    after = page.next;
  }
}

/** Pages of the origins in ALLOWED_ORIGINS may call the routes, as they may open WebSockets. */
export const allowListedOrigins = cors({
  origin: (origin, { env }) =>
    readConfig(env as Env, agents).allowedOrigins.includes(origin) ? origin : null,
  allowMethods: ["GET", "POST", "PUT", "PATCH", "DELETE"],
  exposeHeaders: ["retry-after", "x-next-page-token", "x-total-count"],
  allowHeaders: ["authorization", "content-type", "last-event-id", "x-adk-telemetry-request"],
  maxAge: 600,
});
