/**
 * Reads and validates the settings in the Worker's environment.
 *
 * The upstream, by precedence: LIVE_API_URL, GOOGLE_CLOUD_PROJECT (Vertex), GEMINI_API_KEY (AI Studio).
 */
import type { IdentityProvider } from "./access/identity-provider.ts";
import { withDescendants, type Agent } from "./agent/agent.ts";
import { capabilitiesOf, isKnownModel, type Surface } from "./core/live-api/capabilities.ts";
import {
  bareModelName,
  parseModelAliases,
  resolveModel,
  retirementNote,
} from "./core/live-api/models.ts";
import type { AdmissionSettings } from "./core/policy/admission-queue.ts";
import { limitValues, type LimitValues } from "./core/policy/limits.ts";
import { unsupportedSettings } from "./core/live-api/config-validation.ts";
import { budgetSettings, type BudgetSettings } from "./core/policy/budget.ts";
import { environmentSchema, misspeltLimit, settingNames, type Environment } from "./environment.ts";
import type { LocationHint } from "./placement.ts";
import { parseServiceAccount } from "./upstream/service-account.ts";
import { displayNameOf, geminiApiOrigin, vertexHost, type Endpoint } from "./upstream/endpoint.ts";

export interface Config {
  /** `name` is a display name: UPSTREAM_NAME, or the endpoint's own. */
  readonly upstream: Endpoint & { readonly name: string };
  readonly auth: {
    readonly secret: string | undefined;
    /** Of a back end that may ask for tokens and revoke them; undefined: no one may. */
    readonly adminSecret: string | undefined;
    /** The identity provider, whose tokens are valid, too. */
    readonly provider: IdentityProvider | undefined;
    /** Still accepted: it signed the tokens before `secret`. */
    readonly previousSecret: string | undefined;
    /** Requests need no token: only for `npm start` and tests. */
    readonly anonymous: boolean;
  };
  readonly allowedOrigins: readonly string[];
  /** This server's own address on the internet, without a slash at its end. */
  readonly publicUrl: string | undefined;
  readonly defaultApp: string;
  /** The model to ask the service for, in place of the one that an agent or a client names. */
  readonly upstreamModel: (model: string) => string;
  /** Whether a Live API client may request a model. */
  readonly servesModel: (model: string) => boolean;
  /** When a conversation ends, without an event or at all, and when it is deleted, in ms; undefined: never. */
  readonly timeouts: Readonly<Record<"end" | "retention", number | undefined>> & {
    readonly length?: number | undefined;
  };
  readonly limits: LimitValues;
  readonly budgets: BudgetSettings;
  /** The sessions that the model's service permits; undefined: they are not counted. */
  readonly admission: AdmissionSettings | undefined;
  /** The telephone; undefined: phone calls are rejected. */
  readonly phone: PhoneSettings | undefined;
  /** The jurisdiction that Durable Objects must stay in; undefined: none. */
  readonly jurisdiction: string | undefined;
  /** A conversation moves here if the model's service does not serve its region. */
  readonly fallbackLocation: LocationHint;
}

interface PhoneSettings {
  /** The address that the providers call. */
  readonly publicUrl: string;
  /** The keys of the providers' signatures; undefined: calls of that provider are rejected. */
  readonly keys: Readonly<Record<"twilio" | "telnyx" | "plivo", string | undefined>>;
  /** Calls that the server itself places, by Twilio; undefined: none. */
  readonly outbound: OutboundSettings | undefined;
}

interface OutboundSettings {
  readonly publicUrl: string;
  readonly accountSid: string;
  readonly authToken: string;
  /** Of Twilio's REST API. */
  readonly apiUrl: string;
  /** The number that the called person sees: the account's own, or one that Twilio has verified. */
  readonly number: string;
  /** Numbers that may be called; one that ends with `*` stands for all that begin so. */
  readonly allowed: readonly string[];
  /** How many calls the server may place in a minute. */
  readonly perMinute: number;
}

/** A setting is missing or wrong. The message names it and says what to do; it must not contain a secret. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

/** The latest settings that were valid. Each request reads them several times, and they seldom change. */
let latest:
  | {
      readonly agents: readonly Agent[];
      readonly values: readonly unknown[];
      readonly config: Config;
    }
  | undefined;

/**
 * Validates settings that are new or have changed.
 *
 * @throws ConfigError naming each setting that is missing or wrong, and each agent that its model rejects.
 */
export function readConfig(env: object, agents: readonly [Agent, ...Agent[]]): Config {
  const names = settingNames();
  if (
    latest?.agents === agents &&
    latest.values.every((value, at) => value === Reflect.get(env, names[at] ?? ""))
  )
    return latest.config;
  const values = names.map((name): unknown => Reflect.get(env, name));
  const config = validate(env, agents);
  latest = { agents, values, config };
  return config;
}

function validate(env: object, agents: readonly [Agent, ...Agent[]]): Config {
  const { data, error } = environmentSchema().safeParse(env);
  if (!data)
    throw new ConfigError(
      error.issues.map((issue) => `${issue.path.join(".")} ${issue.message}`).join("; "),
    );
  const misspelt = misspeltLimit(env);
  if (misspelt !== undefined) throw new ConfigError(misspelt);
  const endpoint = endpointOf(data);
  const upstream = { ...endpoint, name: data.UPSTREAM_NAME ?? displayNameOf(endpoint) };
  const aliases = parseModelAliases(data.LIVE_MODEL_ALIASES ?? "");
  if (typeof aliases === "string")
    throw new ConfigError(`LIVE_MODEL_ALIASES ${aliases}, such as old-model=gemini-3.8-live.`);
  const upstreamModel = (model: string): string => resolveModel(model, aliases);
  const conflicts = [
    ...duplicateNames(agents),
    ...agents
      .flatMap(withDescendants)
      .flatMap((agent) => configConflicts(agent, upstreamModel, upstream.surface)),
  ];
  if (conflicts.length > 0) throw new ConfigError(conflicts.join(" "));
  return {
    upstream,
    auth: authSettings(data),
    allowedOrigins: parseOrigins(data.ALLOWED_ORIGINS),
    publicUrl: data.PUBLIC_URL,
    defaultApp: resolveDefaultApp(data.DEFAULT_AGENT, agents),
    upstreamModel,
    servesModel: modelFilter(data.LIVE_MODELS, agents),
    timeouts: {
      end: toMs(data.END_AFTER_MINUTES, 60_000),
      length: limitValues(data).conversationMinutes * 60_000,
      retention: toMs(data.KEEP_DAYS, 24 * 60 * 60_000),
    },
    limits: limitValues(data),
    budgets: budgetSettings(data),
    admission: admissionSettings(data),
    phone: phoneSettings(data),
    jurisdiction: data.JURISDICTION,
    fallbackLocation: data.FALLBACK_LOCATION ?? data.REFUGE ?? "enam",
  };
}

/** Clients select an agent by its name: of two agents with one name the second could not be reached. */
function duplicateNames(agents: readonly Agent[]): string[] {
  return Object.entries(Object.groupBy(agents, ({ name }) => name)).flatMap(([name, same = []]) => {
    if (same.length === 1) return [];
    return new Set(same).size === 1
      ? `src/agents/index.ts lists the agent "${name}" twice: remove one of the entries.`
      : `src/agents/index.ts lists two agents "${name}": rename one of them.`;
  });
}

/** Settings of an agent that its first model rejects. For a fallback model the relay leaves them out. */
function configConflicts(
  { name, models: [first], runConfig }: Agent,
  upstreamModel: Config["upstreamModel"],
  surface: Surface,
): string[] {
  const model = upstreamModel(first);
  return unsupportedSettings(runConfig, model, capabilitiesOf(model, surface), surface).map(
    (sentence) => `Agent "${name}": ${sentence}`,
  );
}

/** One sentence for each agent whose model was shut down and has no alias. */
export const retiredModels = (
  agents: readonly Agent[],
  { upstreamModel }: Pick<Config, "upstreamModel">,
): string[] =>
  agents.flatMap(withDescendants).flatMap(({ name, models: [model] }) => {
    const note = retirementNote(upstreamModel(model));
    return note === undefined
      ? []
      : `Agent "${name}": ${note} Change its model, or set LIVE_MODEL_ALIASES.`;
  });

function authSettings(env: Environment): Config["auth"] {
  const { AUTH_SECRET: secret, AUTH_SECRET_PREVIOUS: previousSecret } = env;
  if (previousSecret !== undefined && secret === undefined)
    throw new ConfigError(
      "AUTH_SECRET_PREVIOUS is set, and AUTH_SECRET is not: set AUTH_SECRET to the new secret",
    );
  return {
    secret,
    previousSecret,
    adminSecret: env.ADMIN_SECRET,
    provider: identityProvider(env),
    anonymous: env.ALLOW_ANONYMOUS === "1",
  };
}

function identityProvider(env: Environment): IdentityProvider | undefined {
  const { AUTH_JWKS_URL: jwksUrl, AUTH_ISSUER: issuer, AUTH_AUDIENCE: audience } = env;
  const { AUTH_CLAIM: claim, AUTH_SECRET: secret } = env;
  const settings = {
    AUTH_JWKS_URL: jwksUrl,
    AUTH_ISSUER: issuer,
    AUTH_AUDIENCE: audience,
    AUTH_CLAIM: claim,
  };
  const [given] = Object.entries(settings).find(([, text]) => text !== undefined) ?? [];
  if (given === undefined) return undefined;
  if (jwksUrl && issuer && audience && secret) return { jwksUrl, issuer, audience, claim };
  throw new ConfigError(
    `${given} is set: tokens of an identity provider need AUTH_JWKS_URL, AUTH_ISSUER and AUTH_AUDIENCE, and AUTH_SECRET for ephemeral tokens and handles. Set all four`,
  );
}

function endpointOf(env: Environment): Endpoint {
  const { LIVE_API_URL: url, GOOGLE_CLOUD_PROJECT: project, GEMINI_API_KEY: key } = env;
  if (!url && project) return vertexOf(env, project);
  const version = env.LIVE_API_VERSION ?? "v1beta";
  if ((url ?? key) && version === "v1beta1")
    throw new ConfigError("LIVE_API_VERSION v1beta1 is Vertex's: set v1beta, v1 or v1alpha");
  const surface = "AI Studio";
  if (url) return { surface, base: baseOf(url), version, key: key ?? "local" };
  if (key) return { surface, base: geminiApiOrigin, version, key };
  throw new ConfigError(
    "GEMINI_API_KEY is not set, so there is no model to talk to: set it, or GOOGLE_CLOUD_PROJECT for Vertex, or LIVE_API_URL, or run `npm start` for the local emulator",
  );
}

function vertexOf(env: Environment, project: string): Endpoint {
  const { GOOGLE_CLOUD_LOCATION: location, LIVE_API_VERSION: version = "v1beta1" } = env;
  if (version !== "v1" && version !== "v1beta1")
    throw new ConfigError(
      `LIVE_API_VERSION ${version} is AI Studio's: set v1beta1 or v1 on Vertex`,
    );
  if (!env.GOOGLE_SERVICE_ACCOUNT_KEY)
    throw new ConfigError(
      "GOOGLE_CLOUD_PROJECT asks for Vertex, and GOOGLE_SERVICE_ACCOUNT_KEY is not set: set it to the JSON key of a service account that has the role Vertex AI User, or unset GOOGLE_CLOUD_PROJECT",
    );
  const account = parseServiceAccount(env.GOOGLE_SERVICE_ACCOUNT_KEY);
  if (typeof account === "string") throw new ConfigError(`GOOGLE_SERVICE_ACCOUNT_KEY ${account}`);
  const base = env.VERTEX_API_URL ? baseOf(env.VERTEX_API_URL) : `https://${vertexHost(location)}`;
  return { surface: "Vertex", base, version, project, location, account };
}

/** Workers open a WebSocket by fetch, which takes http(s) and throws on ws(s). */
const baseOf = (url: string): string => url.replace(/^ws/, "http").replace(/\/+$/, "");

function phoneSettings(env: Environment): PhoneSettings | undefined {
  const { PUBLIC_URL: publicUrl, TWILIO_AUTH_TOKEN, TELNYX_PUBLIC_KEY, PLIVO_AUTH_TOKEN } = env;
  const settings = { TWILIO_AUTH_TOKEN, TELNYX_PUBLIC_KEY, PLIVO_AUTH_TOKEN };
  const [name] = Object.entries(settings).find(([, key]) => key !== undefined) ?? [];
  const keys = { twilio: TWILIO_AUTH_TOKEN, telnyx: TELNYX_PUBLIC_KEY, plivo: PLIVO_AUTH_TOKEN };
  if (name === undefined) return undefined;
  if (publicUrl !== undefined)
    return { publicUrl, keys, outbound: outboundSettings(env, publicUrl) };
  throw new ConfigError(
    `PUBLIC_URL is not set, and ${name} needs it: set it to the address that the telephone provider calls, such as https://voice.example.com`,
  );
}

function outboundSettings(env: Environment, publicUrl: string): OutboundSettings | undefined {
  const { TWILIO_ACCOUNT_SID: accountSid, TWILIO_AUTH_TOKEN: authToken } = env;
  const { PHONE_NUMBER: number } = env;
  if (!accountSid || !authToken || !number) return undefined;
  return {
    publicUrl,
    accountSid,
    authToken,
    apiUrl: (env.TWILIO_API_URL ?? "https://api.twilio.com").replace(/\/+$/, ""),
    number,
    allowed: env.CALLS_ALLOWED_TO ?? [],
    perMinute: limitValues(env).calls,
  };
}

function admissionSettings(env: Environment): AdmissionSettings | undefined {
  const {
    ADMISSION_SESSIONS: sessions,
    ADMISSION_SHARDS: shards = 1,
    ADMISSION_SESSIONS_PER_USER: perUser,
  } = env;
  if (sessions === undefined) {
    if (env.ADMISSION_SHARDS === undefined && perUser === undefined) return undefined;
    throw new ConfigError(
      "ADMISSION_SESSIONS is not set, without which ADMISSION_SHARDS and ADMISSION_SESSIONS_PER_USER limit nothing: set it, or remove them",
    );
  }
  if (shards <= sessions) return { sessions, shards, perUser };
  throw new ConfigError("ADMISSION_SHARDS is above ADMISSION_SESSIONS: set it to a smaller number");
}

const toMs = (count: number | undefined, ms: number): number | undefined =>
  count === undefined ? undefined : count * ms;

/** Permits the listed models; without a list, the known models and those of the agents. */
function modelFilter(list: string | undefined, agents: readonly Agent[]): Config["servesModel"] {
  if (list !== undefined) {
    const listed = new Set(list.split(",").map((entry) => bareModelName(entry.trim())));
    return (model) => listed.has(model);
  }
  const own = new Set(agents.flatMap(withDescendants).flatMap(({ models }) => models));
  return (model) => isKnownModel(model) || own.has(model);
}

const parseOrigins = (list = ""): string[] =>
  list
    .split(",")
    .map((origin) => origin.trim().replace(/\/$/, ""))
    .filter(Boolean);

function resolveDefaultApp(name: string | undefined, agents: readonly [Agent, ...Agent[]]): string {
  if (name === undefined || agents.some((agent) => agent.name === name))
    return name ?? agents[0].name;
  throw new ConfigError(
    `DEFAULT_AGENT names an agent that is not served; there are ${agents.map((agent) => agent.name).join(", ")}`,
  );
}
