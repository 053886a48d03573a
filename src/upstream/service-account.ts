/** Parses a service account's key file: Google's JSON, plain or in base64. */
import * as z from "zod";
import { fromBase64 } from "../wire/base64.ts";
import type { ServiceAccount } from "./endpoint.ts";
import { lazy } from "../wire/lazy.ts";

/** @returns an error text on failure, which must not contain any part of the file. */
export function parseServiceAccount(text: string): ServiceAccount | string {
  const value = parseJson(text) ?? parseJson(decodeBase64Text(text));
  if (value === undefined)
    return "is not JSON: set it to the whole key file of the service account, as JSON or in base64";
  const { data, error } = keyFileSchema().safeParse(value);
  if (!data) return describeFieldError(error.issues[0]?.path.join(".") ?? "");
  const { client_email: email, private_key: privateKey, token_uri: tokenUrl } = data;
  return { email, privateKey, tokenUrl };
}

const keyFileSchema = lazy(() =>
  z.object({
    type: z.literal("service_account"),
    client_email: z.email(),
    private_key: z
      .string()
      .regex(/^-----BEGIN PRIVATE KEY-----\s[\s\S]+-----END PRIVATE KEY-----\s*$/),
    // The response contains an access token for an hour: it must travel over TLS or stay on this machine.
    token_uri: z
      .string()
      .regex(/^(https:\/\/|http:\/\/(127\.0\.0\.1|localhost)[:/])/)
      .default("https://oauth2.googleapis.com/token"),
  }),
);

function describeFieldError(field: string): string {
  const hint = fieldHints[field] ?? "make a new key of the account, as JSON";
  return `is a JSON file whose "${field}" is not that of a service account: ${hint}`;
}

const fieldHints: Readonly<Record<string, string>> = {
  type: "a user's or a workload's credentials cannot be used here; make a key of a service account",
  private_key: 'it must be there with its line breaks, as "\\n"',
  token_uri: "it must be an https address",
};

function parseJson(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : (JSON.parse(text) as unknown);
  } catch {
    return undefined;
  }
}

function decodeBase64Text(text: string): string | undefined {
  const bytes = fromBase64(text.replaceAll(/\s/g, ""));
  return bytes && new TextDecoder().decode(bytes);
}
