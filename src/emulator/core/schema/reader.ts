/**
 * Reads proto3 JSON by the tables: unknown names, wrong types and doubled oneofs are faults in Google's words;
 * what passes comes back with lowerCamel names, numbers as numbers, enums by name and bytes decoded.
 */
import { toCamel, toSnake } from "../protocol/casing.ts";
import { isRecord } from "../protocol/json.ts";
import { type SchemaField, parseField, type Surface, type SchemaTables } from "./fields.ts";
import { isWithinDepth, readEnum, readScalar } from "./scalars.ts";

/** A fault carries the close reason. */
export type ReadResult = { readonly value: unknown } | { readonly fault: string };

/** Nesting that protobuf's JSON reader bears. */
export const MAX_DEPTH = 100;

/** Thrown within one reading only, and caught by `reader`. */
class SchemaError extends Error {}

interface JsonLocation {
  readonly path: string;
  readonly depth: number;
}

type Message = ReadonlyMap<string, SchemaField>;

/** @param enumScope how errors name an enum's type, e.g. "google.ai.generativelanguage.v1beta". */
export function createReader(
  tables: SchemaTables,
  surface: Surface,
  enumScope: string,
): (type: string, value: unknown) => ReadResult {
  const messages = compile(tables, surface);
  const read = new Reader(messages, tables, enumScope);
  return (type, value) => {
    try {
      return { value: read.message(type, value, { path: "", depth: 0 }) };
    } catch (error) {
      if (error instanceof SchemaError) return { fault: error.message };
      throw error;
    }
  };
}

function compile(tables: SchemaTables, surface: Surface): ReadonlyMap<string, Message> {
  const messages = new Map<string, Message>();
  for (const [name, written] of Object.entries(tables.messages)) {
    const fields = Object.entries(written).map(
      ([field, text]) => [field, parseField(text)] as const,
    );
    messages.set(name, new Map(fields.filter(([, f]) => (f.surface ?? surface) === surface)));
  }
  return messages;
}

class Reader {
  readonly #messages: ReadonlyMap<string, Message>;
  readonly #tables: SchemaTables;
  readonly #enumScope: string;

  constructor(messages: ReadonlyMap<string, Message>, tables: SchemaTables, enumScope: string) {
    this.#messages = messages;
    this.#tables = tables;
    this.#enumScope = enumScope;
  }

  message(type: string, value: unknown, place: JsonLocation): Record<string, unknown> {
    if (!isRecord(value))
      throw new SchemaError(invalidValue(place.path, this.#typeUrl(type), value));
    const fields = this.#messages.get(type);
    const read: Record<string, unknown> = {};
    for (const [name, given] of Object.entries(value)) {
      const camel = toCamel(name);
      const field = fields?.get(camel);
      if (field === undefined) throw new SchemaError(unknownName(name, place.path));
      // proto3 JSON: null is the same as leaving the field out, except where any JSON value is meant.
      if (given === null && field.type !== "json") continue;
      this.#claim(type, camel, read, place);
      read[camel] = this.#field(field, given, within(place, camel));
    }
    return read;
  }

  #claim(type: string, name: string, read: Record<string, unknown>, place: JsonLocation): void {
    const oneof = this.#tables.oneofs[type];
    if (oneof === undefined || Object.keys(read).length === 0) return;
    const at = place.path === "" ? "" : ` at '${place.path}'`;
    throw new SchemaError(
      `Invalid value${at} (oneof), oneof field '${oneof}' is already set. Cannot set '${name}'`,
    );
  }

  #field(field: SchemaField, given: unknown, place: JsonLocation): unknown {
    if (place.depth > MAX_DEPTH) throw new SchemaError(tooDeep(place.path));
    if (field.shape === "list") return this.#list(field, given, place);
    if (field.shape === "map") return this.#map(field, given, place);
    if (Array.isArray(given) && field.type !== "json")
      throw new SchemaError(notRepeating(place.path));
    return this.#one(field, given, place);
  }

  /** A lone value where a list is meant counts as a list of one, as Google's reader has it. */
  #list(field: SchemaField, given: unknown, place: JsonLocation): unknown[] {
    const items: unknown[] = Array.isArray(given) ? given : [given];
    return items.map((item, i) => this.#one(field, item, at(place, `${place.path}[${i}]`)));
  }

  #map(field: SchemaField, given: unknown, place: JsonLocation): Record<string, unknown> {
    if (!isRecord(given)) throw new SchemaError(invalidValue(place.path, "map", given));
    const entries = Object.entries(given).map(([key, value], i) => {
      return [key, this.#one(field, value, at(place, `${place.path}[${i}].value`))] as const;
    });
    return Object.fromEntries(entries);
  }

  #one(field: SchemaField, given: unknown, place: JsonLocation): unknown {
    if (field.kind === "message") return this.message(field.type, given, place);
    if (field.kind === "enum") return this.#enum(field.type, given, place);
    if (
      (field.type === "json" || field.type === "struct") &&
      !isWithinDepth(given, MAX_DEPTH - place.depth)
    ) {
      throw new SchemaError(tooDeep(place.path));
    }
    const read = readScalar(field.type, given);
    if (read === undefined) throw new SchemaError(invalidScalar(place.path, field.type, given));
    return read.value;
  }

  #enum(type: string, given: unknown, place: JsonLocation): string {
    const value = readEnum(this.#tables.enums[type] ?? [], given);
    if (value === undefined)
      throw new SchemaError(invalidValue(place.path, this.#typeUrl(type), given));
    return value;
  }

  #typeUrl(type: string): string {
    return `type.googleapis.com/${this.#enumScope}.${type}`;
  }
}

function within(place: JsonLocation, name: string): JsonLocation {
  const snake = toSnake(name);
  return at(place, place.path === "" ? snake : `${place.path}.${snake}`);
}

function at(place: JsonLocation, path: string): JsonLocation {
  return { path, depth: place.depth + 1 };
}

function unknownName(name: string, path: string): string {
  const at = path === "" ? "" : ` at '${path}'`;
  return `Invalid JSON payload received. Unknown name "${name}"${at}: Cannot find field.`;
}

function notRepeating(path: string): string {
  const dot = path.lastIndexOf(".");
  const parent = dot < 0 ? "" : ` at '${path.slice(0, dot)}'`;
  return `Invalid JSON payload received. Unknown name "${path.slice(dot + 1)}"${parent}: Proto field is not repeating, cannot start list.`;
}

function tooDeep(path: string): string {
  const key = path.slice(path.lastIndexOf(".") + 1);
  return `Invalid JSON payload received. Message too deep. Max recursion depth reached for key '${key}'`;
}

function invalidScalar(path: string, type: string, given: unknown): string {
  if ((type === "bytes" || type === "base64") && typeof given === "string") {
    return `Invalid value at '${path}' (TYPE_BYTES), Base64 decoding failed for "${given.slice(0, 40)}"`;
  }
  const proto = type === "base64" ? "BYTES" : type.toUpperCase();
  return invalidValue(path, `TYPE_${proto}`, given);
}

function invalidValue(path: string, type: string, given: unknown): string {
  const at = path === "" ? "" : ` at '${path}'`;
  const shown = typeof given === "object" ? "" : `, ${JSON.stringify(given)?.slice(0, 60) ?? ""}`;
  return `Invalid value${at} (${type})${shown}`;
}
