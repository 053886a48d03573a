/**
 * Validates proto3 JSON against the schema tables. Unknown names, wrong types and repeated oneofs fail with Google's
 * error texts; valid values get lowerCamel names, numbers as numbers, enums by name and decoded bytes.
 */
import { toCamel, toSnake } from "../protocol/casing.ts";
import { isRecord } from "../protocol/json.ts";
import { type SchemaField, parseField, type Surface, type SchemaTables } from "./fields.ts";
import { isWithinDepth, readEnum, readScalar } from "./scalars.ts";

/** `error` is the close reason. */
export type ReadResult = { readonly value: unknown } | { readonly error: string };

/** The nesting limit of protobuf's JSON parser. */
const MAX_DEPTH = 100;

/** Internal: `createReader` catches it and returns its message. */
class SchemaError extends Error {}

interface JsonLocation {
  readonly path: string;
  readonly depth: number;
}

type MessageFields = ReadonlyMap<string, SchemaField>;

/** @param enumScope the namespace of enum types in errors, e.g. "google.ai.generativelanguage.v1beta". */
export function createReader(
  tables: SchemaTables,
  surface: Surface,
  enumScope: string,
): (type: string, value: unknown) => ReadResult {
  const messages = compile(tables, surface);
  const read = new MessageReader(messages, tables, enumScope);
  return (type, value) => {
    try {
      return { value: read.message(type, value, { path: "", depth: 0 }) };
    } catch (error) {
      if (error instanceof SchemaError) return { error: error.message };
      throw error;
    }
  };
}

function compile(tables: SchemaTables, surface: Surface): ReadonlyMap<string, MessageFields> {
  const messages = new Map<string, MessageFields>();
  for (const [name, specs] of Object.entries(tables.messages)) {
    const fields = Object.entries(specs).map(([field, text]) => [field, parseField(text)] as const);
    messages.set(name, new Map(fields.filter(([, f]) => (f.surface ?? surface) === surface)));
  }
  return messages;
}

class MessageReader {
  readonly #messages: ReadonlyMap<string, MessageFields>;
  readonly #tables: SchemaTables;
  readonly #enumScope: string;

  constructor(
    messages: ReadonlyMap<string, MessageFields>,
    tables: SchemaTables,
    enumScope: string,
  ) {
    this.#messages = messages;
    this.#tables = tables;
    this.#enumScope = enumScope;
  }

  message(type: string, value: unknown, location: JsonLocation): Record<string, unknown> {
    if (!isRecord(value))
      throw new SchemaError(invalidValue(location.path, this.#typeUrl(type), value));
    const fields = this.#messages.get(type);
    const read: Record<string, unknown> = {};
    for (const [name, json] of Object.entries(value)) {
      const camel = toCamel(name);
      const field = fields?.get(camel);
      if (field === undefined) throw new SchemaError(unknownName(name, location.path));
      // proto3 JSON: null equals an absent field, except where the field accepts any JSON value.
      if (json === null && field.type !== "json") continue;
      this.#checkOneof(type, camel, read, location);
      read[camel] = this.#field(field, json, fieldLocation(location, camel));
    }
    return read;
  }

  #checkOneof(
    type: string,
    name: string,
    read: Record<string, unknown>,
    location: JsonLocation,
  ): void {
    const oneof = this.#tables.oneofs[type];
    if (oneof === undefined || Object.keys(read).length === 0) return;
    const suffix = location.path === "" ? "" : ` at '${location.path}'`;
    throw new SchemaError(
      `Invalid value${suffix} (oneof), oneof field '${oneof}' is already set. Cannot set '${name}'`,
    );
  }

  #field(field: SchemaField, json: unknown, location: JsonLocation): unknown {
    if (location.depth > MAX_DEPTH) throw new SchemaError(tooDeep(location.path));
    if (field.shape === "list") return this.#list(field, json, location);
    if (field.shape === "map") return this.#map(field, json, location);
    if (Array.isArray(json) && field.type !== "json")
      throw new SchemaError(notRepeating(location.path));
    return this.#one(field, json, location);
  }

  /** Like Google's parser, accepts a single value as a list of one. */
  #list(field: SchemaField, json: unknown, location: JsonLocation): unknown[] {
    const items: unknown[] = Array.isArray(json) ? json : [json];
    return items.map((item, i) =>
      this.#one(field, item, locationAt(location, `${location.path}[${i}]`)),
    );
  }

  #map(field: SchemaField, json: unknown, location: JsonLocation): Record<string, unknown> {
    if (!isRecord(json)) throw new SchemaError(invalidValue(location.path, "map", json));
    const entries = Object.entries(json).map(([key, value], i) => {
      return [
        key,
        this.#one(field, value, locationAt(location, `${location.path}[${i}].value`)),
      ] as const;
    });
    return Object.fromEntries(entries);
  }

  #one(field: SchemaField, json: unknown, location: JsonLocation): unknown {
    if (field.kind === "message") return this.message(field.type, json, location);
    if (field.kind === "enum") return this.#enum(field.type, json, location);
    if (
      (field.type === "json" || field.type === "struct") &&
      !isWithinDepth(json, MAX_DEPTH - location.depth)
    ) {
      throw new SchemaError(tooDeep(location.path));
    }
    const read = readScalar(field.type, json);
    if (read === undefined) throw new SchemaError(invalidScalar(location.path, field.type, json));
    return read.value;
  }

  #enum(type: string, json: unknown, location: JsonLocation): string {
    const value = readEnum(this.#tables.enums[type] ?? [], json);
    if (value === undefined)
      throw new SchemaError(invalidValue(location.path, this.#typeUrl(type), json));
    return value;
  }

  #typeUrl(type: string): string {
    return `type.googleapis.com/${this.#enumScope}.${type}`;
  }
}

function fieldLocation(location: JsonLocation, name: string): JsonLocation {
  const snake = toSnake(name);
  return locationAt(location, location.path === "" ? snake : `${location.path}.${snake}`);
}

function locationAt(location: JsonLocation, path: string): JsonLocation {
  return { path, depth: location.depth + 1 };
}

function unknownName(name: string, path: string): string {
  const suffix = path === "" ? "" : ` at '${path}'`;
  return `Invalid JSON payload received. Unknown name "${name}"${suffix}: Cannot find field.`;
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

function invalidScalar(path: string, type: string, json: unknown): string {
  if ((type === "bytes" || type === "base64") && typeof json === "string") {
    return `Invalid value at '${path}' (TYPE_BYTES), Base64 decoding failed for "${json.slice(0, 40)}"`;
  }
  const proto = type === "base64" ? "BYTES" : type.toUpperCase();
  return invalidValue(path, `TYPE_${proto}`, json);
}

function invalidValue(path: string, type: string, json: unknown): string {
  const suffix = path === "" ? "" : ` at '${path}'`;
  const shown = typeof json === "object" ? "" : `, ${JSON.stringify(json)?.slice(0, 60) ?? ""}`;
  return `Invalid value${suffix} (${type})${shown}`;
}
