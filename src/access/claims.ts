/**
 * The claims of a token. A claim that is there and not understood refuses the token: it could be a limit.
 *
 *     parley's own   app, user, session, agents, role, protocols, setup, models, budget
 *     registered     exp, nbf, iat, jti, iss, sub, aud (RFC 7519)
 *
 * Described in docs/operations.md, "Tokens".
 */
import * as z from "zod";
import { isRecord } from "../core/live-api/proto-json.ts";
import { lazy } from "../wire/lazy.ts";
import { tokenProtocols, type TokenProtocol } from "../core/policy/route-permissions.ts";
import { roles, type Role } from "../wire/parley-v1.ts";
import {
  anonymousUser,
  idFromName,
  identityParts,
  isIdentityPart,
  isUserId,
  type Identity,
} from "./identity.ts";

/** The rights of a token's bearer. */
export interface Grant {
  /** The parts of an identity that the token is bound to. */
  readonly bound: Partial<Identity>;
  /** The agents that it is for; undefined: all. */
  readonly agents: readonly string[] | undefined;
  /** Undefined: the token names none. */
  readonly role: Role | undefined;
  /** The protocols that it is for; undefined: all. */
  readonly protocols: readonly TokenProtocol[] | undefined;
  /** Whether a Live API client may bring a setup of its own: instruction, tools, model, settings. */
  readonly ownSetup: boolean;
  /** The models that such a setup may name; undefined: all that the server offers. */
  readonly models: readonly string[] | undefined;
  readonly budget: Budget | undefined;
  /** The token's own name (`jti`). */
  readonly id: string | undefined;
  /** The person whose token it is (`sub`), who may have several. */
  readonly subject: string | undefined;
  /** In ms since the epoch. */
  readonly issuedAt: number | undefined;
  /** In ms since the epoch; Infinity where no token is required. */
  readonly expiresAt: number;
  /** The name of the token that made this one: revoked with it. */
  readonly parent: string | undefined;
  /** When that token expires, in ms since the epoch: its spending counts until then. */
  readonly parentExpiresAt: number | undefined;
  /** The user in whose directory that token's spending is counted, "*" for a token of no user. */
  readonly account: string | undefined;
  /** The person whose token made this one, if that token is one user's. */
  readonly maker: string | undefined;
  /** An ephemeral token, which is counted and makes no other. */
  readonly ephemeral: boolean;
  /** The app in `bound` is the default, not a choice: the client brings an agent of its own. */
  readonly agentless: boolean;
}

/** The budget of this token. A field that is absent has no limit. */
interface Budget {
  /** As the model's service bills it. */
  readonly usd?: number;
  /** Of connections. */
  readonly minutes?: number;
  /** Of the model. */
  readonly tokens?: number;
}

/** The signer of the claims: AUTH_SECRET, an ephemeral token, or the identity provider. */
type ClaimSource = "secret" | "ephemeral" | "provider";

/** Where no token is required, every client may do everything. */
export const anonymousGrant: Grant = {
  bound: {},
  agents: undefined,
  role: undefined,
  protocols: undefined,
  ownSetup: true,
  models: undefined,
  budget: undefined,
  id: undefined,
  subject: undefined,
  issuedAt: undefined,
  parent: undefined,
  parentExpiresAt: undefined,
  account: undefined,
  maker: undefined,
  expiresAt: Infinity,
  ephemeral: false,
  agentless: false,
};

/** Clocks of two machines differ: a token may be from this many ms ahead. */
const clockSkewMs = 10_000;
/** Live API clients keep the list in their attachment, of at most 16 KiB. */
const maxModels = 20;
const maxAgents = 50;

const listOf = <T extends z.ZodType>(entry: T, max: number) =>
  z.array(entry, "must be a list").min(1, "must not be empty").max(max, `must have at most ${max}`);

/** A name, such as that of a subject or of a token. Lone surrogates would make several names one. */
export const nameText = (): z.ZodString =>
  z
    .string("must be a text")
    .min(1, "must not be empty")
    .max(512, "is too long")
    .refine((text) => text.isWellFormed(), "is not well-formed Unicode");

const schemas = lazy(() => {
  const id = z
    .string("must be a text")
    .refine(isIdentityPart, "must be 1 to 128 letters, digits and ._:@+- characters");
  const amount = z.number("must be a number").positive("must be above 0").exactOptional();
  const budget = z
    .strictObject({ usd: amount, minutes: amount, tokens: amount })
    .refine((fields) => Object.keys(fields).length > 0, "must have usd, minutes or tokens");
  const protocol = z.enum(tokenProtocols, `may name ${tokenProtocols.join(", ")}`);
  const model = z.string("must name models").regex(/^[A-Za-z0-9._/-]{1,128}$/, "must name models");
  const parley = {
    app: id.exactOptional(),
    user: id.refine(isUserId, 'must not begin with "google."').exactOptional(),
    session: id.exactOptional(),
    agents: listOf(id, maxAgents).exactOptional(),
    role: z.enum(roles, `must be one of ${roles.join(", ")}`).exactOptional(),
    protocols: listOf(protocol, tokenProtocols.length).exactOptional(),
    setup: z.enum(["own", "agent"], "must be own or agent").exactOptional(),
    models: listOf(model, maxModels).exactOptional(),
    budget: budget.exactOptional(),
  };
  // In seconds since the epoch; up to the last moment that a Date has.
  const seconds = z
    .number("must be a number of seconds")
    .nonnegative("must be a number of seconds")
    .max(8.64e12, "must be a number of seconds");
  const words = nameText();
  const audience = z.union([words, z.array(words)], "must be a text or a list of texts");
  const registered = {
    exp: seconds,
    nbf: seconds.exactOptional(),
    iat: seconds.exactOptional(),
    jti: words.exactOptional(),
    iss: words.exactOptional(),
    sub: words.exactOptional(),
    aud: audience.exactOptional(),
  };
  // A token for another service may have the same secret.
  const own = audience.refine((names) => [names].flat().includes("parley"), 'must name "parley"');
  const secret = z.strictObject({ ...parley, ...registered, aud: own.exactOptional() });
  const ephemeral = secret.extend({
    agentless: z.boolean().exactOptional(),
    parent: words.exactOptional(),
    parentExp: seconds.exactOptional(),
    account: words.exactOptional(),
    maker: words.exactOptional(),
  });
  return { parley: z.strictObject(parley), registered: z.object(registered), secret, ephemeral };
});

type Claims = z.output<ReturnType<typeof schemas>["ephemeral"]>;

/** `expired`, or `refused` with a sentence that says why. */
export type ClaimFault =
  | { readonly fault: "expired" }
  | { readonly fault: "refused"; readonly message: string };

/** The claims that a back end may ask for: one user's. */
export const mintableClaims = () => schemas().parley.required({ user: true });

/**
 * The grant of an identity provider's token. Its user is the claim `sub`, unless a claim of parley's names one; its role is
 * speaker at most, unless a claim of parley's grants one.
 * @param claim that holds parley's claims; undefined: they are beside the provider's own.
 */
export async function readProviderClaims(
  payload: object,
  claim: string | undefined,
  now: number,
): Promise<Grant | ClaimFault> {
  const { data: registered, error } = schemas().registered.safeParse(payload);
  if (!registered) return refused(describe(error.issues[0], payload));
  const own = claim === undefined ? ownClaims(payload) : ownObject(payload, claim);
  if (claim !== undefined && !isRecord(own))
    return refused(`its claim "${cut(claim)}" is no object`);
  if (typeof own === "string") return refused(own);
  const { data: parley, error: misread } = schemas().parley.safeParse(own);
  if (!parley) return refused(describe(misread.issues[0], payload));
  const claims = await withSubject({ ...registered, ...parley });
  if (claims.user === undefined) return refused("it names no user (`sub`)");
  return (
    timeFault(claims, now) ??
    unnamedBudget(claims) ??
    namelessUser(claims) ?? { ...grantOf(claims, "provider"), role: claims.role ?? "speaker" }
  );
}

/** @returns a reason to refuse the token, if a claim may be a misspelt one of parley's. */
function ownClaims(payload: object): object | string {
  const names = Object.keys(schemas().parley.shape);
  const misspelt = Object.keys(payload).find(
    (name) => !names.includes(name) && names.some((each) => stem(each) === stem(name)),
  );
  return misspelt === undefined
    ? Object.fromEntries(Object.entries(payload).filter(([name]) => names.includes(name)))
    : `its claim "${cut(misspelt)}" is almost one of parley's (${names.join(", ")}). If it is the provider's own, put parley's into an object, and name it in AUTH_CLAIM`;
}

/** A claim that is there and no object refuses the token: it could be a limit. */
const ownObject = (payload: object, claim: string): unknown =>
  Object.hasOwn(payload, claim) ? Reflect.get(payload, claim) : {};

const stem = (name: string): string =>
  name
    .toLowerCase()
    .replaceAll(/[^a-z]/g, "")
    .replace(/s$/, "");

/** A token that names its subject and no user is that user's alone. */
async function withSubject<T extends Pick<Claims, "sub" | "user">>(claims: T): Promise<T> {
  const { sub, user } = claims;
  return sub === undefined || user !== undefined
    ? claims
    : { ...claims, user: await idFromName(sub) };
}

/** @param now in ms since the epoch. */
export async function readClaims(
  payload: unknown,
  source: "secret" | "ephemeral",
  now: number,
): Promise<Grant | ClaimFault> {
  const { data, error } = schemas()[source].safeParse(payload);
  if (!data) return refused(describe(error.issues[0], payload));
  return (
    timeFault(data, now) ??
    unnamedBudget(data) ??
    namelessUser(data) ??
    grantOf(await withSubject(data), source)
  );
}

function grantOf(claims: Claims, source: ClaimSource): Grant {
  const { agents, role, protocols, models, budget, jti, iat, exp, agentless = false } = claims;
  const bound = identityParts.flatMap((part) =>
    claims[part] === undefined ? [] : [[part, claims[part]] as const],
  );
  return {
    bound: Object.fromEntries(bound),
    agents,
    role,
    protocols,
    ownSetup: claims.setup === "own",
    models,
    budget,
    id: jti,
    subject: claims.sub,
    issuedAt: iat === undefined ? undefined : iat * 1000,
    expiresAt: exp * 1000,
    parent: claims.parent,
    parentExpiresAt: claims.parentExp === undefined ? undefined : claims.parentExp * 1000,
    account: claims.account,
    maker: claims.maker,
    ephemeral: source === "ephemeral",
    agentless,
  };
}

/** A token's spending is counted by its name, in all conversations. */
const unnamedBudget = ({ budget, jti }: Claims): ClaimFault | undefined =>
  budget && jti === undefined
    ? refused("it has a budget, and no name (`jti`) by which its spending is counted")
    : undefined;

/** Without a session the token would be for the conversations of all clients that name no user. */
const namelessUser = ({
  user,
  session,
}: Pick<Claims, "user" | "session">): ClaimFault | undefined =>
  user === anonymousUser && session === undefined
    ? refused(`its user "${anonymousUser}" stands for no person, and it names no session`)
    : undefined;

function timeFault({ exp, nbf = 0, iat = 0 }: Claims, now: number): ClaimFault | undefined {
  if (exp * 1000 <= now) return { fault: "expired" };
  if (nbf * 1000 > now + clockSkewMs) return refused("it is not valid yet (`nbf`)");
  return iat * 1000 > now + clockSkewMs ? refused("it is from the future (`iat`)") : undefined;
}

function describe(issue: z.core.$ZodIssue | undefined, payload: unknown): string {
  if (issue?.code === "unrecognized_keys" && issue.path.length === 0)
    return `parley does not know its claim "${cut(issue.keys[0])}". It knows ${claimNames()}`;
  const path = issue?.path.map(String).join(".") ?? "";
  if (path === "") return "its claims are no object";
  const isMissing = path === "exp" && !Object.hasOwn(payload as object, "exp");
  return isMissing
    ? "it has no expiry (`exp`, a number of seconds)"
    : `its claim "${cut(path)}" ${issue?.message}`;
}

const claimNames = (): string => Object.keys(schemas().secret.shape).join(", ");

/** The text goes back to its sender, in a frame or a close reason. */
const cut = (text = ""): string => (text.length > 40 ? `${text.slice(0, 40)}…` : text);

const refused = (reason: string): ClaimFault => ({
  fault: "refused",
  message: `The token is refused: ${reason}. Ask for another one.`,
});
