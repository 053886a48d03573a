/** The settings in the Worker's environment: their names, and the form of each. `config.ts` reads what they mean together. */
import * as z from "zod";
import { jurisdictions, locationHints } from "./placement.ts";
import { lazy } from "./wire/lazy.ts";

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

const wholeNumber = lazy(() => positiveNumber().pipe(z.int("must be a whole number").optional()));

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
  UPSTREAM_NAME: setting(),
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

export const environmentSchema = lazy(() =>
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
    FRAME_ANCESTORS: setting(),
    DEFAULT_AGENT: setting(),
    LIVE_MODELS: setting(),
    LIVE_MODEL_ALIASES: setting(),
    END_AFTER_MINUTES: positiveNumber(),
    KEEP_DAYS: positiveNumber(),
    LIMIT_CONVERSATION_MINUTES: positiveNumber(),
    LIMIT_HANDLES: positiveNumber(),
    LIMIT_STORED_BYTES: positiveNumber(),
    LIMIT_AUDIO: positiveNumber(),
    LIMIT_TYPED_TURNS: positiveNumber(),
    LIMIT_PICTURES: positiveNumber(),
    LIMIT_DIALS: positiveNumber(),
    LIMIT_CONNECTS: positiveNumber(),
    LIMIT_NEW_CONVERSATIONS: positiveNumber(),
    LIMIT_CONVERSATIONS: positiveNumber(),
    LIMIT_EPHEMERAL_TOKENS: positiveNumber(),
    ADMISSION_SESSIONS: wholeNumber(),
    ADMISSION_SHARDS: wholeNumber(),
    ADMISSION_SESSIONS_PER_USER: wholeNumber(),
    BUDGET_USD_PER_CONVERSATION: positiveNumber(),
    BUDGET_MINUTES_PER_CONVERSATION: positiveNumber(),
    BUDGET_USD_PER_USER_PER_DAY: positiveNumber(),
    JURISDICTION: setting().pipe(
      z.enum(jurisdictions, { error: `must be one of ${jurisdictions.join(", ")}` }).optional(),
    ),
    ...telephoneSettings(),
    FALLBACK_LOCATION: locationSetting(),
    /** The former name of FALLBACK_LOCATION. */
    REFUGE: locationSetting(),
  }),
);

/** The names of all settings. */
export const settingNames = lazy((): readonly string[] => Object.keys(environmentSchema().shape));

/** Settings that limit something begin with these. */
const limitPrefix = /^(ADMISSION|ALLOW|ALLOWED|AUTH|BUDGET|CALLS|END|KEEP|LIMIT)_/;

/** A misspelt limit would be none. @returns a sentence that names it; undefined if every name is known. */
export function misspeltLimit(env: object): string | undefined {
  const unknown = Object.keys(env).find(
    (name) =>
      limitPrefix.test(name) &&
      !settingNames().includes(name) &&
      // A binding is no setting.
      typeof Reflect.get(env, name) === "string",
  );
  return unknown === undefined
    ? undefined
    : `${unknown} is no setting of parley, and could be meant as a limit. Correct or remove it; a variable of your agents needs another name.`;
}

export type Environment = z.output<ReturnType<typeof environmentSchema>>;

/** `Config.jurisdiction`, without validating the other settings. */
export const jurisdictionOf = (env: object): string | undefined =>
  environmentSchema().shape.JURISDICTION.parse(Reflect.get(env, "JURISDICTION"));
