/**
 * Reads and validates the settings in the Worker's environment.
 *
 * The upstream, by precedence: LIVE_API_URL, GOOGLE_CLOUD_PROJECT (Vertex), GEMINI_API_KEY (AI Studio).
 */
import * as z from "zod";
import type { IdentityProvider } from "./access/identity-provider.ts";
import { withDescendants, type Agent } from "./agent/agent.ts";
import { capabilitiesOf, isKnownModel, type Surface } from "./core/live-api/capabilities.ts";
import {
  bareModelName,
  parseModelAliases,
  resolveModel,
  retirementNote,
} from "./core/live-api/models.ts";
import { limitValues, type LimitValues } from "./core/policy/limits.ts";
import { unsupportedSettings } from "./core/live-api/config-validation.ts";
import { budgetSettings, type BudgetSettings } from "./core/policy/budget.ts";
import { locationHints, type LocationHint } from "./placement.ts";
import { parseServiceAccount } from "./upstream/service-account.ts";
import { vertexHost, type Endpoint } from "./upstream/endpoint.ts";
import { lazy } from "./wire/lazy.ts";

export interface Config {
  /** `name` is a display name: "AI Studio", "Vertex in us-central1", or the host of LIVE_API_URL. */
  readonly upstream: Endpoint & { readonly name: string };
  readonly auth: {
    readonly secret: string | undefined;
    /** Of a back end that may ask for tokens and revoke them; undefined: no one may. */
    readonly adminSecret: string | undefined;
    /** Whose tokens are valid, too. */
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
  /** Idle time before a conversation ends, and before it is deleted, in ms; undefined: never. */
  readonly timeouts: { readonly end: number | undefined; readonly retention: number | undefined };
  readonly limits: LimitValues;
  readonly budgets: BudgetSettings;
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

const text = lazy(() => z.string().trim().min(1));
const setting = lazy(() =>
  z.preprocess((value) => (value === "" ? undefined : value), text().optional()),
);

const positiveNumber = lazy(() =>
  setting().pipe(
    z
      .string()
      .regex(/^\d+(\.\d+)?$/, "must be a number")
      .transform(Number)
      .pipe(z.number().positive("must be above 0"))
      .optional(),
  ),
);

const urlSetting = lazy(() =>
  setting().pipe(
    z.url({ protocol: /^(https?|wss?)$/, error: "must be a URL such as https://host" }).optional(),
  ),
);

const jwksUrlSetting = lazy(() => {
  const error = "must be a URL such as https://login.example/.well-known/jwks.json";
  return setting().pipe(
    z
      .string()
      .regex(/^(https:\/\/|http:\/\/(localhost|127\.0\.0\.1)[:/])/, error)
      .refine((url) => URL.canParse(url), error)
      .optional(),
  );
});

const secretSetting = lazy(() =>
  setting().pipe(z.string().min(16, "must have at least 16 characters").optional()),
);

const locationSetting = lazy(() =>
  setting().pipe(
    z.enum(locationHints, { error: `must be one of ${locationHints.join(", ")}` }).optional(),
  ),
);

const upstreamSettings = () => ({
  LIVE_API_URL: urlSetting(),
  LIVE_API_VERSION: setting().pipe(
    z
      .enum(["v1", "v1beta", "v1alpha", "v1beta1"], {
        error: "must be v1, v1beta or v1alpha, or v1 or v1beta1 on Vertex",
      })
      .optional(),
  ),
  GEMINI_API_KEY: setting().pipe(
    z
      .string()
      .regex(/^[\x21-\x7e]+$/, "is not a key: it has characters no key has")
      .optional(),
  ),
  GOOGLE_CLOUD_PROJECT: setting().pipe(
    z
      .string()
      .regex(/^[a-z0-9][a-z0-9.:-]*$/, "must be a project id such as my-project-123")
      .optional(),
  ),
  GOOGLE_CLOUD_LOCATION: setting().pipe(
    z
      .string()
      .regex(/^[a-z]+(-[a-z]+\d+)?$/, "must be a location such as us-central1, eu or global")
      .default("us-central1"),
  ),
  GOOGLE_SERVICE_ACCOUNT_KEY: setting(),
  VERTEX_API_URL: urlSetting(),
});

/** Telephone numbers, and beginnings of them. */
const numberList = () =>
  setting().pipe(
    z
      .string()
      .transform((list) =>
        list
          .split(",")
          .map((entry) => entry.trim())
          .filter(Boolean),
      )
      .pipe(
        z.array(
          z
            .string()
            .regex(
              /^\+[1-9]\d{0,14}\*?$/,
              "takes numbers such as +14155550100 or +1415*, with commas between",
            ),
        ),
      )
      .optional(),
  );

const telephoneSettings = () => ({
  PUBLIC_URL: setting().pipe(
    z
      .url({ protocol: /^https?$/, error: "must be a URL such as https://voice.example.com" })
      .transform((url) => url.replace(/\/+$/, ""))
      .optional(),
  ),
  TWILIO_AUTH_TOKEN: setting(),
  TELNYX_PUBLIC_KEY: setting().pipe(
    z
      .string()
      .regex(
        /^[A-Za-z0-9+/]{43}=$/,
        "must be the public key of Telnyx's portal: 44 characters of base64",
      )
      .optional(),
  ),
  PLIVO_AUTH_TOKEN: setting(),
  TWILIO_ACCOUNT_SID: setting().pipe(
    z
      .string()
      .regex(/^AC[0-9a-zA-Z]{1,64}$/, "must be an account SID, which begins with AC")
      .optional(),
  ),
  TWILIO_API_URL: setting().pipe(
    z
      .url({ protocol: /^https?$/, error: "must be a URL such as https://api.twilio.com" })
      .optional(),
  ),
  PHONE_NUMBER: setting().pipe(
    z
      .string()
      .regex(/^\+[1-9]\d{6,14}$/, "must be a number such as +14155550100")
      .optional(),
  ),
  CALLS_ALLOWED_TO: numberList(),
  CALLS_PER_MINUTE: positiveNumber(),
});

const environmentSchema = lazy(() =>
  z.object({
    ...upstreamSettings(),
    AUTH_SECRET: secretSetting(),
    AUTH_SECRET_PREVIOUS: secretSetting(),
    ADMIN_SECRET: secretSetting(),
    AUTH_JWKS_URL: jwksUrlSetting(),
    AUTH_ISSUER: setting(),
    AUTH_AUDIENCE: setting(),
    AUTH_CLAIM: setting(),
    ALLOW_ANONYMOUS: setting().pipe(z.enum(["0", "1"], { error: "must be 1 or 0" }).default("0")),
    ALLOWED_ORIGINS: setting(),
    DEFAULT_AGENT: setting(),
    LIVE_MODELS: setting(),
    LIVE_MODEL_ALIASES: setting(),
    END_AFTER_MINUTES: positiveNumber(),
    KEEP_DAYS: positiveNumber(),
    LIMIT_AUDIO: positiveNumber(),
    LIMIT_TYPED_TURNS: positiveNumber(),
    LIMIT_PICTURES: positiveNumber(),
    LIMIT_DIALS: positiveNumber(),
    LIMIT_CONNECTS: positiveNumber(),
    BUDGET_USD_PER_CONVERSATION: positiveNumber(),
    BUDGET_MINUTES_PER_CONVERSATION: positiveNumber(),
    BUDGET_USD_PER_USER_PER_DAY: positiveNumber(),
    JURISDICTION: setting(),
    ...telephoneSettings(),
    FALLBACK_LOCATION: locationSetting(),
    /** The former name of FALLBACK_LOCATION. */
    REFUGE: locationSetting(),
  }),
);

/** The names of all settings. */
export const settingNames = (): readonly string[] => Object.keys(environmentSchema().shape);

type Environment = z.output<ReturnType<typeof environmentSchema>>;

/**
 * @throws ConfigError naming each setting that is missing or wrong, and each agent that its model rejects.
 */
export function readConfig(env: object, agents: readonly [Agent, ...Agent[]]): Config {
  const { data, error } = environmentSchema().safeParse(env);
  if (!data)
    throw new ConfigError(
      error.issues.map((issue) => `${issue.path.join(".")} ${issue.message}`).join("; "),
    );
  const upstream = upstreamOf(data);
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
      retention: toMs(data.KEEP_DAYS, 24 * 60 * 60_000),
    },
    limits: limitValues(data),
    budgets: budgetSettings(data),
    phone: phoneSettings(data),
    jurisdiction: data.JURISDICTION,
    fallbackLocation: data.FALLBACK_LOCATION ?? data.REFUGE ?? "enam",
  };
}

/** `Config.jurisdiction`, without validating the other settings. */
export const jurisdictionOf = (env: object): string | undefined =>
  environmentSchema().shape.JURISDICTION.parse(Reflect.get(env, "JURISDICTION"));

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

function upstreamOf(env: Environment): Config["upstream"] {
  const { LIVE_API_URL: url, GOOGLE_CLOUD_PROJECT: project, GEMINI_API_KEY: key } = env;
  if (!url && project) return vertexOf(env, project);
  const version = env.LIVE_API_VERSION ?? "v1beta";
  if ((url ?? key) && version === "v1beta1")
    throw new ConfigError("LIVE_API_VERSION v1beta1 is Vertex's: set v1beta, v1 or v1alpha");
  const surface = "AI Studio";
  if (url) {
    const base = baseOf(url);
    return { surface, name: new URL(base).host, base, version, key: key ?? "local" };
  }
  if (key)
    return {
      surface,
      name: surface,
      base: "https://generativelanguage.googleapis.com",
      version,
      key,
    };
  throw new ConfigError(
    "GEMINI_API_KEY is not set, so there is no model to talk to: set it, or GOOGLE_CLOUD_PROJECT for Vertex, or LIVE_API_URL, or run `npm start` for the local emulator",
  );
}

function vertexOf(env: Environment, project: string): Config["upstream"] {
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
  const name = `Vertex in ${location}`;
  return { surface: "Vertex", name, base, version, project, location, account };
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
