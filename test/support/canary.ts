/** Unique secrets that can be found in any encoding, for tests that they do not leak. */
import { randomBytes } from "node:crypto";

/** A secret that occurs nowhere else. */
export function makeCanary(name = "canary"): string {
  return `${name}-${randomBytes(12).toString("hex")}`;
}

/** @returns how the secret occurs in the haystack: "raw", "url", "base64@0"…; empty when it does not. */
export function findCanary(secret: string | Uint8Array, haystack: string | Uint8Array): string[] {
  const bytes = Buffer.from(secret);
  const hay = Buffer.from(haystack);
  return [...forms(bytes)].filter(([, needle]) => hay.includes(needle)).map(([form]) => form);
}

function* forms(secret: Buffer): Generator<[form: string, needle: string | Buffer]> {
  yield ["raw", secret];
  const url = encodeURIComponent(secret.toString("utf8"));
  if (url !== secret.toString("utf8")) yield ["url", url];
  yield ["hex", secret.toString("hex")];
  for (const alignment of [0, 1, 2] as const) {
    yield [`base64@${alignment}`, inside(secret, alignment, "base64")];
    yield [`base64url@${alignment}`, inside(secret, alignment, "base64url")];
  }
}

/**
 * Base64 packs three bytes into four characters, so a secret among other bytes has one of three forms. Characters that
 * also depend on its neighbours are cut off.
 */
function inside(secret: Buffer, alignment: number, encoding: "base64" | "base64url"): string {
  const whole = Buffer.concat([Buffer.alloc(alignment), secret]);
  const first = Math.ceil((alignment * 8) / 6);
  const last = Math.floor((whole.length * 8) / 6);
  return whole.toString(encoding).slice(first, last);
}
