/** A declared function in one shape, whether it came as a Gemini Schema or as JSON Schema. */
import type { FunctionDeclaration } from "@google/genai";

export type Kind = "string" | "number" | "integer" | "boolean" | "array" | "object";

export interface Parameter {
  readonly name: string;
  readonly kind: Kind;
  readonly description: string;
  readonly format: string;
  readonly required: boolean;
  readonly choices: readonly string[];
  /** The value to take when the words hold none; undefined when the schema names none. */
  readonly fallback: unknown;
  readonly minimum: number | undefined;
  readonly maximum: number | undefined;
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

type Record_ = Readonly<Record<string, unknown>>;

const record = (value: unknown): Record_ =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record_) : {};

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

const text = (value: unknown): string => (typeof value === "string" ? value : "");

/** Deeper schemas are not filled from a sentence. */
const DEPTH = 4;

/** Follows `$ref` within the schema, and takes the first alternative that is not null. */
function resolved(schema: Record_, root: Record_, depth: number): Record_ {
  if (depth > DEPTH) return schema;
  const path = text(schema["$ref"]);
  if (path.startsWith("#/")) {
    const target = path
      .slice(2)
      .split("/")
      .reduce<unknown>((at, key) => record(at)[key], root);
    return resolved({ ...record(target), ...schema, $ref: undefined }, root, depth + 1);
  }
  const alternatives = [schema["anyOf"], schema["oneOf"], schema["allOf"]]
    .flatMap(list)
    .map(record);
  const first = alternatives.find((option) => text(option["type"]).toLowerCase() !== "null");
  if (first === undefined) return schema;
  return resolved(
    { ...first, ...schema, anyOf: undefined, oneOf: undefined, allOf: undefined },
    root,
    depth + 1,
  );
}

const KINDS: ReadonlySet<string> = new Set([
  "string",
  "number",
  "integer",
  "boolean",
  "array",
  "object",
]);

const isKind = (value: string): value is Kind => KINDS.has(value);

/** "STRING" and "string" are one; of ["string", "null"] the first that is not null; else what the keys imply. */
function kindOf(schema: Record_): Kind {
  const named = [schema["type"], ...list(schema["type"])]
    .map((type) => text(type).toLowerCase())
    .find(isKind);
  if (named !== undefined) return named;
  if (schema["properties"] !== undefined) return "object";
  return schema["items"] === undefined ? "string" : "array";
}

const asNumber = (value: unknown): number | undefined =>
  typeof value === "number" ? value : undefined;

function choicesOf(schema: Record_): string[] {
  const constant = schema["const"] === undefined ? [] : [schema["const"]];
  return [...list(schema["enum"]), ...constant].filter((value) => typeof value === "string");
}

function parameterOf(name: string, raw: unknown, required: boolean, from: From): Parameter {
  const schema = resolved(record(raw), from.root, 0);
  const inner = { root: from.root, depth: from.depth + 1 };
  const deep = from.depth >= DEPTH;
  const kind = kindOf(schema);
  return {
    name,
    kind,
    description: text(schema["description"]) || text(schema["title"]),
    format: text(schema["format"]),
    required,
    choices: choicesOf(schema),
    fallback: schema["default"],
    minimum: asNumber(schema["minimum"]),
    maximum: asNumber(schema["maximum"]),
    items: kind === "array" && !deep ? parameterOf(name, schema["items"], true, inner) : undefined,
    properties: kind === "object" && !deep ? parametersOf(schema, inner) : [],
  };
}

interface From {
  readonly root: Record_;
  readonly depth: number;
}

/** Required ones first, each group in the order in which they are declared. */
function parametersOf(schema: Record_, from: From): Parameter[] {
  const required = new Set(list(schema["required"]).map(text));
  return Object.entries(record(schema["properties"]))
    .map(([name, raw]) => parameterOf(name, raw, required.has(name), from))
    .sort((a, b) => Number(b.required) - Number(a.required));
}

export function callableOf(declaration: FunctionDeclaration): Callable {
  const root = record(declaration.parametersJsonSchema ?? declaration.parameters);
  return {
    name: declaration.name ?? "",
    description: declaration.description ?? "",
    parameters: parametersOf(resolved(root, root, 0), { root, depth: 0 }),
  };
}
