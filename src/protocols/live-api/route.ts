/**
 * The Live API's addresses: official SDKs, and what is built on them, with this server as their base URL.
 *
 * Who comes in by which name: the address, else the token's claims, else the default agent, "anonymous", and a
 * conversation of its own. A refusal is told after the upgrade, by close code, as Google's service does.
 */
import type { Context } from "hono";
import { parseIdentity, type Identity } from "../../access/identity.ts";
import { credentialOf, type LiveAddress } from "./address.ts";
import { verifyCredential, type VerifiedCredential } from "../../access/credentials.ts";
import { checkOrigin } from "../../access/origin.ts";
import { agents } from "../../agents/index.ts";
import { readConfig, type Config } from "../../config.ts";
import { isClientError, clientError, type ClientError } from "../../core/errors.ts";
import { isRole } from "../../wire/parley-v1.ts";
import { checkAgent, join, refuse, type Entry } from "../admission.ts";

type Request = Pick<Context<{ Bindings: Env }>, "req" | "env">;

export async function liveSocket(context: Request, address: LiveAddress): Promise<Response> {
  const entry = await enter(context, address);
  return isClientError(entry) ? refuse(context.req.raw, entry, "live") : join(context, entry);
}

async function enter({ req, env }: Request, address: LiveAddress): Promise<Entry | ClientError> {
  const config = readConfig(env, agents);
  if (address.conversation && isClientError(address.conversation)) return address.conversation;
  const pass = await verifyCredential(credentialOf(req.raw.headers, address.query), config.auth);
  if (isClientError(pass)) return pass;
  const conversation = whose(address.conversation, pass, config);
  if (isClientError(conversation)) return conversation;
  const no =
    checkAgent(conversation.app) ??
    checkOrigin(req.raw, config.allowedOrigins) ??
    outside(conversation, pass);
  if (no) return no;
  const { app } = conversation;
  const role = pass.role ?? wished(address, config) ?? "speaker";
  return {
    conversation,
    seat: {
      door: "live",
      app,
      role,
      granted: role,
      proactivity: false,
      affectiveDialog: false,
      guest: {
        named:
          address.conversation !== undefined || (pass.bound.app !== undefined && !pass.agentless),
        bound: pass.bound,
        astray: address.conversation === undefined && pass.bound.session === undefined,
        ticket: pass.ticket,
        hearing: {
          inputTranscription: false,
          outputTranscription: false,
          vertex: address.vertex,
          lifecycle: showsLifecycle(req.raw, address),
        },
        functions: [],
      },
    },
  };
}

function whose(
  named: Identity | undefined,
  { bound }: VerifiedCredential,
  { defaultApp }: Config,
): Identity | ClientError {
  if (named) return named;
  const { app = defaultApp, user = "anonymous", session = crypto.randomUUID() } = bound;
  return parseIdentity(app, user, session);
}

export function outside(
  conversation: Identity,
  { bound }: VerifiedCredential,
): ClientError | undefined {
  const wrong = (["app", "user", "session"] as const).find(
    (name) => bound[name] !== undefined && bound[name] !== conversation[name],
  );
  return wrong && clientError("UNAUTHENTICATED", `The token is for another ${wrong}.`);
}

/** Where nobody needs a token, as at the other doors. */
const wished = ({ query }: LiveAddress, { auth }: Config) => {
  const role = query.get("role");
  return auth.secret === undefined && isRole(role) ? role : undefined;
};

/** Browsers can set no header, and some SDKs no query. */
const showsLifecycle = (
  { headers }: { readonly headers: Headers },
  { query }: LiveAddress,
): boolean => (query.get("lifecycle") ?? headers.get("x-parley-lifecycle")) === "1";
