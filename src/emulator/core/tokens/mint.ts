/** `POST /{version}/auth_tokens`: the request, checked, and the token it makes. Gemini API: authTokens.create. */
import type { Random } from "../ports.ts";
import { clientTables, readAuthToken } from "../schema/client.ts";
import { parseFieldMask } from "./field-mask.ts";
import { parseTimestamp } from "./timestamp.ts";
import type { EphemeralToken } from "./tokens.ts";

export type MintResult = { readonly token: EphemeralToken } | { readonly fault: string };

/** Documented: by default half an hour, a minute for new sessions; both less than 20 hours. */
const EXPIRE_MS = 30 * 60_000;
const NEW_SESSION_MS = 60_000;
const LONGEST_MS = 20 * 60 * 60_000;

/** @param body as JSON. @param now ms since the epoch. */
export function mintToken(
  body: unknown,
  version: string,
  { now, random }: { now: number; random: Random },
): MintResult {
  const reading = readAuthToken(body, version);
  if ("fault" in reading) return reading;
  const { uses = 1, fieldMask = "", bidiGenerateContentSetup: setup } = reading.value;
  const expiresAt = until(reading.value.expireTime, now, EXPIRE_MS);
  const newSessionsUntil = until(reading.value.newSessionExpireTime, now, NEW_SESSION_MS);
  if (uses < 0) return { fault: "uses must not be negative." };
  if (expiresAt === undefined) return { fault: badTime("expire_time") };
  if (newSessionsUntil === undefined) return { fault: badTime("new_session_expire_time") };
  const mask = fieldMask === "" ? undefined : parseFieldMask(fieldMask, clientTables);
  if (fieldMask !== "" && mask === undefined)
    return { fault: `Invalid value at 'field_mask' (TYPE_FIELD_MASK), "${fieldMask}"` };
  if (mask !== undefined && setup === undefined)
    return { fault: "field_mask is set, but bidi_generate_content_setup is not." };
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

function until(time: string | undefined, now: number, usual: number): number | undefined {
  if (time === undefined) return now + usual;
  const at = parseTimestamp(time);
  return at === undefined || at <= now || at > now + LONGEST_MS ? undefined : at;
}

function badTime(field: string): string {
  return `${field} must be a time within the next 20 hours, like "2026-01-31T12:00:00Z".`;
}

function hex(random: Random): string {
  return Array.from({ length: 64 }, () => Math.floor(random() * 16).toString(16)).join("");
}
