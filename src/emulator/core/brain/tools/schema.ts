/** A declared function in one form, from a Gemini Schema or from JSON Schema. */
import type { FunctionDeclaration } from "@google/genai";

const KINDS = ["string", "number", "integer", "boolean", "array", "object"] as const;

export interface Parameter {
  readonly name: string;
  readonly kind: (typeof KINDS)[number];
  readonly description: string;
  readonly format: string;
  readonly required: boolean;
  readonly choices: readonly string[];
  /** The schema's default. */
  readonly fallback: unknown;
  /** Of an array's elements. */
  readonly items: Parameter | undefined;
  /** Of an object. */
  readonly properties: readonly Parameter[];
}

export interface Callable {
  readonly name: string;
  readonly description: string;
  readonly parameters: readonly Parameter[];
}

type Schema = Readonly<Record<string, unknown>>;

export const isRecord = (value: unknown): value is Schema =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const record = (value: unknown): Schema => (isRecord(value) ? value : {});

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const text = (value: unknown): string => (typeof value === "string" ? value : "");

/** Bounds recursion: deeper schemas can not be filled from a sentence. */
const DEPTH = 4;

/** Follows `$ref` within the schema, and takes the first alternative that is not null. */
function resolved(schema: Schema, root: Schema, depth = 0): Schema {
  const path = text(schema["$ref"]);
  const alternative = ["anyOf", "oneOf", "allOf"]
    .flatMap((key) => list(schema[key]))
    .map(record)
    .find(({ type }) => text(type).toLowerCase() !== "null");
  const target = path.startsWith("#/")
    ? path
        .slice(2)
        .split("/")
        .reduce<unknown>((at, key) => record(at)[key], root)
    : alternative;
  if (target === undefined || depth > DEPTH) return schema;
  const own = Object.entries(schema).filter(([key]) => !/^(?:\$ref|anyOf|oneOf|allOf)$/.test(key));
  return resolved({ ...record(target), ...Object.fromEntries(own) }, root, depth + 1);
}

function kindOf({ type, properties, items }: Schema): Parameter["kind"] {
  const names = [type, ...list(type)].map((name) => text(name).toLowerCase());
  const named = KINDS.find((kind) => names.includes(kind));
  if (named !== undefined) return named;
  if (properties !== undefined) return "object";
  return items === undefined ? "string" : "array";
}

interface From {
  readonly root: Schema;
  readonly depth: number;
}

function parameterOf(name: string, raw: unknown, required: boolean, from: From): Parameter {
  const schema = resolved(record(raw), from.root);
  const inner = { root: from.root, depth: from.depth + 1 };
  const kind = from.depth < DEPTH ? kindOf(schema) : "string";
  return {
    name,
    kind,
    description: text(schema["description"]) || text(schema["title"]),
    format: text(schema["format"]),
    required,
    choices: [...list(schema["enum"]), schema["const"]].filter(
      (value) => typeof value === "string",
    ),
    fallback: schema["default"],
    items: kind === "array" ? parameterOf(name, schema["items"], true, inner) : undefined,
    properties: kind === "object" ? parametersOf(schema, inner) : [],
  };
}

/** Required ones first, otherwise in the order of declaration. */
function parametersOf(schema: Schema, from: From): Parameter[] {
  const required = new Set(list(schema["required"]));
  return Object.entries(record(schema["properties"]))
    .map(([name, raw]) => parameterOf(name, raw, required.has(name), from))
    .sort((a, b) => Number(b.required) - Number(a.required));
}

export function callableOf(declaration: FunctionDeclaration): Callable {
  const { name = "", description = "", parameters, parametersJsonSchema } = declaration;
  const root = record(parametersJsonSchema ?? parameters);
  return { name, description, parameters: parametersOf(resolved(root, root), { root, depth: 0 }) };
}
