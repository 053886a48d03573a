/** `POST /{version}/auth_tokens`: validates the request and mints a token. Gemini API: authTokens.create. */
import type { Random } from "../ports.ts";
import { clientTables, readAuthToken } from "../schema/client.ts";
import { parseFieldMask } from "./field-mask.ts";
import { parseTimestamp } from "./timestamp.ts";
import type { EphemeralToken } from "./tokens.ts";

type MintResult = { readonly token: EphemeralToken } | { readonly error: string };

/** Documented defaults: half an hour, one minute for new sessions; both must be below 20 hours. */
const EXPIRE_MS = 30 * 60_000;
const NEW_SESSION_MS = 60_000;
const MAX_LIFETIME_MS = 20 * 60 * 60_000;

/** @param body parsed JSON. @param now ms since the epoch. */
export function mintToken(
  body: unknown,
  version: string,
  { now, random }: { now: number; random: Random },
): MintResult {
  const result = readAuthToken(body, version);
  if ("error" in result) return result;
  const { uses = 1, fieldMask = "", bidiGenerateContentSetup: setup } = result.value;
  const expiresAt = expiryOf(result.value.expireTime, now, EXPIRE_MS);
  const newSessionsUntil = expiryOf(result.value.newSessionExpireTime, now, NEW_SESSION_MS);
  if (uses < 0) return { error: "uses must not be negative." };
  if (expiresAt === undefined) return { error: invalidTime("expire_time") };
  if (newSessionsUntil === undefined) return { error: invalidTime("new_session_expire_time") };
  const mask = fieldMask === "" ? undefined : parseFieldMask(fieldMask, clientTables);
  if (fieldMask !== "" && mask === undefined)
    return { error: `Invalid value at 'field_mask' (TYPE_FIELD_MASK), "${fieldMask}"` };
  if (mask !== undefined && setup === undefined)
    return { error: "field_mask is set, but bidi_generate_content_setup is not." };
  return {
    token: {
      name: `auth_tokens/${hex(random)}`,
      uses: uses === 0 ? undefined : uses,
      expiresAt,
      newSessionsUntil,
      setup,
      mask,
    },
  };
}

function expiryOf(time: string | undefined, now: number, defaultMs: number): number | undefined {
  if (time === undefined) return now + defaultMs;
  const at = parseTimestamp(time);
  return at === undefined || at <= now || at > now + MAX_LIFETIME_MS ? undefined : at;
}

function invalidTime(field: string): string {
  return `${field} must be a time within the next 20 hours, like "2026-01-31T12:00:00Z".`;
}

function hex(random: Random): string {
  return Array.from({ length: 64 }, () => Math.floor(random() * 16).toString(16)).join("");
}
