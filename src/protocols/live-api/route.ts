/**
 * The route of the Live API's WebSocket: official SDKs, and clients built on them, with this server as their base URL.
 *
 * The address names the conversation, or else the token's claims. The defaults are the default agent, the user "anonymous"
 * and a new session. A refusal comes after the upgrade, by close code, as from Google's service.
 */
import { anonymousUser, checkClaims } from "../../access/identity.ts";
import { verifyCredential, type VerifiedCredential } from "../../access/credentials.ts";
import { agents } from "../../agents/index.ts";
import { readConfig, type Config } from "../../config.ts";
import { isClientError, type ClientError } from "../../core/errors.ts";
import { isRole, type Role } from "../../wire/parley-v1.ts";
import {
  checkAddress,
  connect,
  refuse,
  type NamedConversation,
  type WorkerRequest,
} from "../admission.ts";
import { noPreferences } from "../attachment.ts";
import type { AdmittedConnection } from "../conversation-socket.ts";
import { credentialOf, type LiveAddress } from "./address.ts";

export async function connectLiveClient(
  context: WorkerRequest,
  address: LiveAddress,
): Promise<Response> {
  const admitted = await admit(context, address);
  return isClientError(admitted)
    ? refuse(context.req.raw, admitted, "live-api")
    : connect(context, admitted);
}

async function admit(
  { req, env }: WorkerRequest,
  address: LiveAddress,
): Promise<AdmittedConnection | ClientError> {
  const config = readConfig(env, agents);
  if (address.conversation && isClientError(address.conversation)) return address.conversation;
  const credential = await verifyCredential(
    credentialOf(req.raw.headers, address.query),
    config.auth,
  );
  if (isClientError(credential)) return credential;
  const { bound, agentless, ephemeralToken } = credential;
  const identity = checkAddress(
    req.raw,
    address.conversation ?? conversationOf(credential),
    config,
  );
  if (isClientError(identity)) return identity;
  const mismatch = checkClaims(bound, identity);
  if (mismatch) return mismatch;
  const role = credential.role ?? requestedRole(address, config) ?? "speaker";
  const isNamed = address.conversation !== undefined;
  return {
    identity,
    client: {
      protocol: "live-api",
      app: identity.app,
      role,
      granted: role,
      ...noPreferences,
      client: {
        agentNamed: isNamed || (bound.app !== undefined && !agentless),
        bound,
        mayResumeElsewhere: !isNamed && bound.session === undefined,
        ephemeralToken,
        output: {
          inputTranscription: false,
          outputTranscription: false,
          vertex: address.vertex,
          lifecycle: wantsLifecycle(req.raw, address),
        },
        functions: [],
      },
    },
  };
}

const conversationOf = ({ bound }: VerifiedCredential): NamedConversation => {
  const { app, user = anonymousUser, session = crypto.randomUUID() } = bound;
  return { app, user, session };
};

/** Where no token is required, a client may ask for a role, as in the other protocols. */
const requestedRole = ({ query }: LiveAddress, { auth }: Config): Role | undefined => {
  const role = query.get("role");
  return auth.secret === undefined && isRole(role) ? role : undefined;
};

/** In the query or in a header: browsers cannot set headers, and some SDKs no query. */
const wantsLifecycle = (
  { headers }: { readonly headers: Headers },
  { query }: LiveAddress,
): boolean => (query.get("lifecycle") ?? headers.get("x-parley-lifecycle")) === "1";
