/**
 * Terms of an ephemeral token, which a browser gets in place of a long-lived one (Live API: AuthToken).
 *
 * It begins at most `uses` sessions until `newSessionsUntil`, and serves them until `expiresAt`; resuming a session is no
 * use. It may fix the session's setup, wholly or in some fields.
 */
import { cutText } from "../../wire/text.ts";
import { isRecord, toCamel } from "./proto-json.ts";

type Fields = Readonly<Record<string, unknown>>;

export interface EphemeralTokenTerms {
  /** How many sessions may begin; undefined: any number. */
  readonly uses: number | undefined;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  readonly newSessionsUntil: number;
  /** Undefined: each session has its own. */
  readonly setup: Fields | undefined;
  /** The fields that the setup fixes; undefined: all. */
  readonly mask: readonly string[] | undefined;
}

/** By default half an hour, a minute for new sessions; both less than 20 hours (Live API: AuthToken). */
const defaultExpiryMs = 30 * 60_000;
const defaultNewSessionMs = 60_000;
const maxExpiryMs = 20 * 60 * 60_000;

/** A point in time as text, in ms since the epoch; NaN when it is none. */
type ParseTime = (text: string) => number;

interface TermsContext {
  readonly now: number;
  /** The end of the token that makes this one, which does not outlive it. */
  readonly latestEnd: number;
  readonly parseTime: ParseTime;
}

const tokenFields: ReadonlySet<string> = new Set([
  "name",
  "uses",
  "expireTime",
  "newSessionExpireTime",
  "bidiGenerateContentSetup",
  "fieldMask",
]);

/** @param body with its fields in lowerCamel. @returns the terms, or the error text. */
export function parseTokenTerms(
  body: Fields,
  { now, latestEnd, parseTime }: TermsContext,
): EphemeralTokenTerms | string {
  const unknown = Object.keys(body).find((name) => !tokenFields.has(name));
  if (unknown !== undefined)
    return `Invalid JSON payload received. Unknown name "${cutText(unknown, 40)}": Cannot find field. It could be a limit, so no token was made.`;
  const { uses = 1, fieldMask = "", bidiGenerateContentSetup: setup } = body;
  const count = typeof uses === "string" && /^\d+$/.test(uses) ? Number(uses) : uses;
  if (typeof count !== "number" || !Number.isInteger(count) || count < 0)
    return "uses must be a number, 0 or more.";
  const timeOf = (time: unknown, usual: number): number | undefined => {
    if (time === undefined || time === null) return usual;
    const at = typeof time === "string" && /^\d{4}-\d\d-\d\dT/.test(time) ? parseTime(time) : 0;
    return at > now && at <= now + maxExpiryMs ? at : undefined;
  };
  const expiresAt = timeOf(body["expireTime"], now + defaultExpiryMs);
  const newSessionsUntil = timeOf(body["newSessionExpireTime"], now + defaultNewSessionMs);
  if (expiresAt === undefined) return badTime("expire_time");
  if (newSessionsUntil === undefined) return badTime("new_session_expire_time");
  if (setup !== undefined && !isRecord(setup))
    return "bidi_generate_content_setup must be an object.";
  const mask = parseMask(fieldMask);
  if (mask === "wrong") return `Invalid value at 'field_mask', ${JSON.stringify(fieldMask)}`;
  if (mask && !setup) return "field_mask is set, but bidi_generate_content_setup is not.";
  const foreign = mask?.find((path) => !isLockable(path, setup ?? {}));
  if (foreign !== undefined)
    return `Invalid value at 'field_mask': "${cutText(foreign, 80)}" is neither in bidi_generate_content_setup nor a known field of a setup, so it would lock nothing.`;
  return {
    uses: count === 0 ? undefined : count,
    expiresAt: Math.min(expiresAt, latestEnd),
    newSessionsUntil: Math.min(newSessionsUntil, expiresAt, latestEnd),
    setup,
    mask,
  };
}

const badTime = (field: string): string =>
  `${field} must be a time within the next 20 hours, like "2026-01-31T12:00:00Z".`;

const maxMaskCharacters = 4096;

function parseMask(mask: unknown): string[] | undefined | "wrong" {
  if (mask === "" || mask === null) return undefined;
  if (typeof mask !== "string" || mask.length > maxMaskCharacters) return "wrong";
  // Some clients write the fields as the schema does.
  const paths = mask.split(",").map((path) => toCamel(path.trim()));
  return paths.every((path) => /^[a-z][A-Za-z0-9]*(\.[a-z][A-Za-z0-9]*)*$/.test(path))
    ? paths
    : "wrong";
}

const transcriptionFields =
  "languageCodes languageAuto languageHints customVocabulary adaptationPhrases wordTimestamp diarization mode sourceText";

/** What a token may lock to nothing, by field of the setup; any other path must be in its setup. */
const setupFields: Readonly<Record<string, string>> = {
  model: "",
  generationConfig:
    "responseModalities temperature topP topK maxOutputTokens seed candidateCount presencePenalty frequencyPenalty mediaResolution speechConfig thinkingConfig stopSequences enableAffectiveDialog translationConfig responseLogprobs logprobs responseMimeType responseSchema responseJsonSchema routingConfig audioTimestamp",
  systemInstruction: "parts role",
  tools: "",
  realtimeInputConfig:
    "automaticActivityDetection activityHandling turnCoverage interimTranscriptTimestampEnabled",
  sessionResumption: "handle transparent",
  contextWindowCompression: "triggerTokens slidingWindow",
  inputAudioTranscription: transcriptionFields,
  outputAudioTranscription: transcriptionFields,
  proactivity: "proactiveAudio proactiveVideo",
  historyConfig: "initialHistoryInClientContent",
  explicitVadSignal: "",
  avatarConfig: "avatarName customizedAvatar audioBitrateBps videoBitrateBps",
  safetySettings: "",
  labels: "",
  store: "",
};

const isSetupField = ([name = "", part, ...rest]: readonly string[]): boolean =>
  Object.hasOwn(setupFields, name) &&
  rest.length === 0 &&
  (part === undefined || (setupFields[name] ?? "").split(" ").includes(part));

/** Whether the path is a field of setups, and not a misspelt one, which would lock nothing. */
const isLockable = (path: string, setup: Fields): boolean =>
  isSetupField(path.split(".")) || isPresent(path.split("."), setup);

function isPresent([name = "", ...rest]: readonly string[], value: unknown): boolean {
  if (!isRecord(value) || !Object.hasOwn(value, name)) return false;
  return rest.length === 0 || isPresent(rest, value[name]);
}

/** Whether the token locks a field of the setup, or a part of it. */
export const locksField = ({ setup, mask }: EphemeralTokenTerms, field: string): boolean =>
  setup !== undefined && (mask?.some((path) => path.split(".")[0] === field) ?? true);

/**
 * Applies a token's setup to a client's: without a mask it replaces the client's, with one only the fields that it names.
 * The client always decides which session it resumes.
 */
export function applyTokenSetup(given: Fields, { setup, mask }: EphemeralTokenTerms): Fields {
  if (!setup) return given;
  const locked = mask
    ? mask.reduce((fields, path) => withPath(fields, setup, path.split(".")), given)
    : setup;
  const requested = given["sessionResumption"];
  const handle = isRecord(requested) ? requested["handle"] : undefined;
  if (handle === undefined) return locked;
  const fixed = locked["sessionResumption"];
  return { ...locked, sessionResumption: { ...(isRecord(fixed) && fixed), handle } };
}

/** The fields with the other's value at a path, and without one where the other has none. */
function withPath(fields: Fields, other: Fields, [name = "", ...rest]: readonly string[]): Fields {
  const { [name]: value, ...others } = fields;
  const replacement = other[name];
  if (rest.length === 0)
    return replacement === undefined ? others : { ...others, [name]: replacement };
  const inner = withPath(recordOf(value), recordOf(replacement), rest);
  return Object.keys(inner).length === 0 && replacement === undefined && value === undefined
    ? others
    : { ...others, [name]: inner };
}

const recordOf = (value: unknown): Fields => (isRecord(value) ? value : {});
