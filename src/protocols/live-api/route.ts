/**
 * The route of the Live API's WebSocket: official SDKs, and clients built on them, with this server as their base URL.
 *
 * The address names the conversation, or else the token's claims. The defaults are the default agent, the user "anonymous"
 * and a new session. A refusal comes after the upgrade, by close code, as from Google's service.
 */
import type { Grant } from "../../access/claims.ts";
import { anonymousUser } from "../../access/identity.ts";
import { agents } from "../../agents/index.ts";
import { readConfig } from "../../config.ts";
import { isClientError, type ClientError } from "../../core/errors.ts";
import {
  admittedFields,
  authorize,
  checkAddress,
  connect,
  refuse,
  type NamedConversation,
  type WorkerRequest,
} from "../admission.ts";
import { noPreferences, type LiveClient } from "../attachment.ts";
import type { AdmittedConnection } from "../conversation-socket.ts";
import { presentedIn, type LiveAddress } from "./address.ts";

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
  const { conversation } = address;
  if (conversation && isClientError(conversation)) return conversation;
  const config = readConfig(env, agents);
  const authorization = await authorize(
    { req, env },
    {
      action: "connectLiveApi",
      scope: (grant) => checkAddress(req.raw, conversation ?? conversationOf(grant), config),
      presented: presentedIn(req.raw, address),
    },
  );
  if (isClientError(authorization)) return authorization;
  const { grant, scope: identity } = authorization;
  return {
    identity,
    client: {
      protocol: "live-api",
      ...admittedFields({ ...authorization, identity }),
      ...noPreferences,
      client: liveClientOf(grant, address, wantsLifecycle(req.raw, address)),
    },
  };
}

function liveClientOf(
  { bound, agents: permitted, agentless, ephemeral, id, ownSetup, models }: Grant,
  { conversation, vertex }: LiveAddress,
  lifecycle: boolean,
): LiveClient {
  const isNamed = conversation !== undefined;
  return {
    agentNamed: !ownSetup || isNamed || (bound.app !== undefined && !agentless),
    bound,
    mayResumeElsewhere: !isNamed && bound.session === undefined,
    ephemeralToken: ephemeral && id !== undefined ? { id } : undefined,
    ownSetup,
    models,
    agents: permitted,
    output: { inputTranscription: false, outputTranscription: false, vertex, lifecycle },
    functions: [],
  };
}

const conversationOf = ({ bound, agents: [first] = [] }: Grant): NamedConversation => {
  const { app = first, user = anonymousUser, session = crypto.randomUUID() } = bound;
  return { app, user, session };
};

/** In the query or in a header: browsers cannot set headers, and some SDKs no query. */
const wantsLifecycle = (
  { headers }: { readonly headers: Headers },
  { query }: LiveAddress,
): boolean => (query.get("lifecycle") ?? headers.get("x-parley-lifecycle")) === "1";
