/** The schema of client frames, per surface and API version; compiled once each. */
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

export type ClientReadResult = { readonly message: ClientMessage } | { readonly fault: string };

const readers = new Map<string, (type: string, value: unknown) => ReadResult>();

/** How errors name the types of a surface. */
function scope(surface: Surface, version: string): string {
  const service = surface === "vertex" ? "google.cloud.aiplatform" : "google.ai.generativelanguage";
  return `${service}.${version}`;
}

/** Reads one frame's JSON; a frame that holds none of the five kinds is a fault, too. */
export function readClientMessage(
  value: unknown,
  surface: Surface,
  version: string,
): ClientReadResult {
  const reading = read("BidiGenerateContentClientMessage", value, surface, version);
  if ("fault" in reading) return reading;
  // The tables name exactly the fields of these types: here, and below, checked JSON becomes a message.
  const message = reading.value as ClientMessage;
  return Object.keys(message).length === 1
    ? { message }
    : { fault: "Request contains an invalid argument." };
}

/** Reads the body of a request for a token. */
export function readAuthToken(
  value: unknown,
  version: string,
): { readonly value: TokenRequest } | { readonly fault: string } {
  const reading = read("AuthToken", value, "studio", version);
  return "fault" in reading ? reading : { value: reading.value as TokenRequest };
}

function read(type: string, value: unknown, surface: Surface, version: string): ReadResult {
  const key = scope(surface, version);
  const reads = readers.get(key) ?? createReader(clientTables, surface, key);
  readers.set(key, reads);
  return reads(type, value);
}
