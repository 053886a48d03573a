/** What ADK's routes have in common: who may call them, their bodies and refusals, and the way to a conversation. */
import type { Context } from "hono";
import { bodyLimit } from "hono/body-limit";
import { cors } from "hono/cors";
import { objectNameOf, type Identity } from "../../access/identity.ts";
import { authorize, roleClaim } from "../../access/token.ts";
import { agents } from "../../agents/index.ts";
import { readConfig } from "../../config.ts";
import type { Description } from "../../conversation/session-store.ts";
import { clientError, type ClientError } from "../../core/errors.ts";
import type { StateDelta } from "../../core/adk/session-state.ts";
import { inJurisdiction } from "../../placement.ts";
import type { ArtifactStore } from "../../store/artifacts.ts";
import type { Event } from "../../wire/adk.ts";
import { mayTakeRole, type Role } from "../../wire/parley-v1.ts";

/** A conversation as these routes see it: what travels is plain JSON, for which a stub's generated type is too strict. */
export interface Remote {
  describe(): Promise<Description | undefined>;
  transcript(after: number): Promise<{ events: Event[]; next: number | undefined }>;
  create(state: StateDelta, past: readonly Event[]): Promise<boolean | ClientError>;
  patch(delta: StateDelta): Promise<ClientError | undefined>;
  artifacts(): Promise<Files>;
  say(frame: string, role: Role): Promise<ClientError | undefined>;
  delete(): Promise<void>;
  movedTo(): Promise<string | undefined>;
}

/** Its files, as their methods are called from afar. */
export type Files = {
  readonly [Method in "save" | "names" | "versions" | "load" | "remove"]: (
    ...given: Parameters<ArtifactStore[Method]>
  ) => Promise<ReturnType<ArtifactStore[Method]>>;
};

export type Sessions = { Bindings: Env; Variables: { who: Identity } };

const mostBytes = 8 * 1024 * 1024;

/** Pages that the operator lists may call from elsewhere, as they may open sockets. */
export const fromPages = cors({
  origin: (origin, { env }) =>
    readConfig(env as Env, agents).allowedOrigins.includes(origin) ? origin : null,
  allowMethods: ["GET", "POST", "PUT", "PATCH", "DELETE"],
  allowHeaders: ["authorization", "content-type", "last-event-id", "x-adk-telemetry-request"],
  maxAge: 600,
});

export const bounded = bodyLimit({
  maxSize: mostBytes,
  onError: (context) => context.json({ detail: `At most ${mostBytes} bytes are taken.` }, 413),
});

export const admitted = (
  { req, env }: Pick<Context<{ Bindings: Env }>, "req" | "env">,
  who: Identity,
): Promise<ClientError | undefined> => authorize(req.raw, who, readConfig(env, agents).auth);

/** Why a token's role does not do for this; one that names none, as those for ADK's clients, may do all that is here. */
export async function unfit(
  { req, env }: Pick<Context<{ Bindings: Env }>, "req" | "env">,
  needed: Role,
): Promise<ClientError | undefined> {
  const role = await roleClaim(req.raw, readConfig(env, agents).auth);
  if (role === undefined || mayTakeRole(role, needed)) return undefined;
  return clientError(
    "NOT_ALLOWED",
    `The token's role is "${role}", and this needs "${needed}". Nothing was changed.`,
  );
}

/** One that has moved is followed, one hop. */
export async function conversationOf(env: Env, who: Identity): Promise<Remote> {
  const { jurisdiction } = readConfig(env, agents);
  const homes = inJurisdiction<Remote>(env.CONVERSATION, jurisdiction);
  const first = homes.getByName(objectNameOf(who));
  const moved = await first.movedTo();
  return moved === undefined ? first : homes.getByName(moved);
}

/** All that was said, page by page. */
export async function transcriptOf(remote: Pick<Remote, "transcript">): Promise<Event[]> {
  const events: Event[] = [];
  for (let after: number | undefined = 0; after !== undefined;) {
    const page = await remote.transcript(after);
    events.push(...page.events);
    after = page.next;
  }
  return events;
}

/** No body is null, and so is an empty one. @returns a text, which fits nothing, when it is not JSON. */
export async function bodyOf({ req }: Pick<Context, "req">): Promise<unknown> {
  const text = await req.text();
  if (text.trim() === "") return null;
  try {
    return JSON.parse(text);
  } catch {
    return "not JSON";
  }
}

export const refused = (context: Context, { status, message }: ClientError): Response =>
  detail(context, status, message);

/** A refusal, as FastAPI says it. */
export const detail = (
  context: Context,
  status: ClientError["status"] | 409 | 422 | 501,
  words: string,
): Response => context.json({ detail: words }, status);
