/** The schema of client messages; one compiled reader per surface and API version. */
import type { ClientMessage } from "../protocol/messages.ts";
import { contentMessages } from "./content.ts";
import { enums } from "./enums.ts";
import type { Surface, SchemaTables } from "./fields.ts";
import { inputMessages } from "./input.ts";
import { createReader, type ReadResult } from "./reader.ts";
import { setupMessages } from "./setup.ts";
import type { TokenRequest } from "./token.ts";

export const clientTables: SchemaTables = {
  messages: { ...inputMessages, ...setupMessages, ...contentMessages },
  enums,
  oneofs: { BidiGenerateContentClientMessage: "message_type" },
};

type ClientReadResult = { readonly message: ClientMessage } | { readonly error: string };

const readers = new Map<string, (type: string, value: unknown) => ReadResult>();

/** The namespace of type names in errors. */
function typeScope(surface: Surface, version: string): string {
  const service = surface === "vertex" ? "google.cloud.aiplatform" : "google.ai.generativelanguage";
  return `${service}.${version}`;
}

/** Reads one frame's JSON, which must hold exactly one kind of message. */
export function readClientMessage(
  value: unknown,
  surface: Surface,
  version: string,
): ClientReadResult {
  const result = read("BidiGenerateContentClientMessage", value, surface, version);
  if ("error" in result) return result;
  // The tables list exactly the fields of these types: here and below, checked JSON becomes a message.
  const message = result.value as ClientMessage;
  return Object.keys(message).length === 1
    ? { message }
    : { error: "Request contains an invalid argument." };
}

/** Reads the body of a token request. */
export function readAuthToken(
  value: unknown,
  version: string,
): { readonly value: TokenRequest } | { readonly error: string } {
  const result = read("AuthToken", value, "studio", version);
  return "error" in result ? result : { value: result.value as TokenRequest };
}

function read(type: string, value: unknown, surface: Surface, version: string): ReadResult {
  const key = typeScope(surface, version);
  const reader = readers.get(key) ?? createReader(clientTables, surface, key);
  readers.set(key, reader);
  return reader(type, value);
}
