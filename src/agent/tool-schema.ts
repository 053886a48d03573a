/**
 * A tool's parameters: what the model is told of them, and how its arguments are checked.
 *
 * The Live API closes the session (1007) at JSON Schema it does not know, such as `oneOf`, `const`
 * or type lists. So schemas are rewritten to its own dialect, and what cannot be is refused at start.
 */
import type { Schema } from "@google/genai";
import { z } from "zod";

/** Zod, or a JSON Schema object. */
export type Parameters = z.ZodType | JsonSchema;
export type JsonSchema = { readonly [keyword: string]: unknown };

export interface Arguments {
  /** The Live API's dialect; undefined when there are no parameters. */
  readonly schema: Schema | undefined;
  /** The checked arguments, or what is wrong with them. */
  readonly parse: (args: unknown) => { readonly value: unknown } | { readonly error: string };
}

/** @throws Error that says what cannot be expressed; the caller adds the tool's name. */
export function argumentsOf(parameters: Parameters | undefined): Arguments {
  const type = parameters === undefined ? z.object({}) : toZod(parameters);
  const json =
    parameters instanceof z.ZodType || parameters === undefined
      ? (z.toJSONSchema(type, { target: "draft-7", io: "input" }) as JsonSchema)
      : parameters;
  const schema = rewrite(json, { root: json, seen: [] });
  if (`${schema.type}` !== "OBJECT") throw new Error("parameters must be an object");
  return {
    schema: Object.keys(schema.properties ?? {}).length > 0 ? schema : undefined,
    parse: (args) => {
      const { data, error } = type.safeParse(args ?? {});
      return error ? { error: z.prettifyError(error) } : { value: data };
    },
  };
}

const toZod = (parameters: Parameters): z.ZodType =>
  parameters instanceof z.ZodType
    ? parameters
    : z.fromJSONSchema(parameters, {
        defaultTarget: "definitions" in parameters ? "draft-7" : "draft-2020-12",
      });

/** Live API: Schema. */
const dialect = new Set(
  "type format title description nullable enum items minItems maxItems properties required propertyOrdering minimum maximum minLength maxLength minProperties maxProperties pattern anyOf default example".split(
    " ",
  ),
);

/**
 * A client's parameters as the service takes them: JSON Schema is rewritten. What is of the dialect already stays as it
 * is, and so does what cannot be rewritten: the service says what is wrong with it.
 */
export function toDialect(parameters: unknown): unknown {
  if (!isForeign(parameters)) return parameters;
  try {
    return rewrite(parameters as JsonSchema, { root: parameters as JsonSchema, seen: [] });
  } catch {
    return parameters;
  }
}

function isForeign(schema: unknown): boolean {
  if (typeof schema !== "object" || schema === null) return false;
  const { type, properties, items, anyOf } = schema as JsonSchema;
  return (
    Array.isArray(type) ||
    Object.keys(schema).some((keyword) => !dialect.has(keyword)) ||
    [items, ...listOf(anyOf), ...Object.values(properties ?? {})].some(isForeign)
  );
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

interface RewriteContext {
  readonly root: JsonSchema;
  /** References on the way here: a schema that contains itself cannot be written out. */
  readonly seen: readonly string[];
}

type Draft = Omit<Schema, "type"> & { type?: string };

const copiedKeywords = [
  "title",
  "description",
  "minimum",
  "maximum",
  "pattern",
  "default",
] as const;
/** int64 in protobuf's JSON. */
const int64Keywords = ["minItems", "maxItems", "minLength", "maxLength"] as const;
const formats = new Set(["date-time", "enum", "float", "double", "int32", "int64"]);
const inexpressible = ["not", "if", "patternProperties", "contains", "dependentSchemas"];

function rewrite(json: JsonSchema, where: RewriteContext): Schema {
  if (typeof json["$ref"] === "string") return resolveReference(json["$ref"], json, where);
  const bad = inexpressible.find((keyword) => keyword in json);
  if (bad) throw new Error(`"${bad}" cannot be told to a Live API model`);
  const draft: Draft = { ...typeOf(json), ...rewriteScalars(json) };
  if (json["properties"]) draft.properties = mapValues(json["properties"], where);
  if (Array.isArray(json["required"]) && json["required"].length > 0)
    draft.required = json["required"] as string[];
  if (draft.type === "ARRAY") draft.items = itemsOf(json, where);
  return rewriteChoices(draft, json, where) as Schema;
}

function resolveReference(ref: string, json: JsonSchema, { root, seen }: RewriteContext): Schema {
  if (seen.includes(ref))
    throw new Error(`"${ref}" contains itself, which a Live API model cannot be told`);
  const target = ref
    .replace(/^#\/?/, "")
    .split("/")
    .filter(Boolean)
    .reduce<unknown>((node, key) => (node as JsonSchema | undefined)?.[key], root);
  if (typeof target !== "object" || target === null) throw new Error(`"${ref}" leads nowhere`);
  const { $ref: _, ...beside } = json;
  return rewrite({ ...(target as JsonSchema), ...beside }, { root, seen: [...seen, ref] });
}

/** `["string", "null"]` is a nullable string; `const` is an enum of one. */
function typeOf(json: JsonSchema): Draft {
  const types = [json["type"] ?? inferType(json)].flat().filter((type) => typeof type === "string");
  const [type, more] = types.filter((each) => each !== "null");
  if (more) throw new Error(`a value that may be ${types.join(" or ")} needs anyOf`);
  return {
    ...(type && { type: type.toUpperCase() }),
    ...((types.includes("null") || json["nullable"] === true) && { nullable: true }),
  };
}

function inferType(json: JsonSchema): string | undefined {
  const [value] = valuesOf(json) ?? [];
  if (value !== undefined) return Number.isInteger(value) ? "integer" : typeof value;
  if (json["properties"]) return "object";
  return json["items"] ? "array" : undefined;
}

const valuesOf = (json: JsonSchema): unknown[] | undefined =>
  "const" in json ? [json["const"]] : (json["enum"] as unknown[] | undefined);

function rewriteScalars(json: JsonSchema): Draft {
  const draft: Record<string, unknown> = {};
  for (const keyword of copiedKeywords)
    if (json[keyword] !== undefined) draft[keyword] = json[keyword];
  for (const keyword of int64Keywords)
    if (json[keyword] !== undefined) draft[keyword] = `${json[keyword] as number}`;
  if (formats.has(json["format"] as string)) draft["format"] = json["format"];
  const notes = [...limitNotes(json), ...rewriteEnum(json, draft)];
  if (notes.length > 0)
    draft["description"] = [json["description"], ...notes].filter(Boolean).join(" ");
  return draft;
}

/** Limits without a keyword in the dialect are told in words. */
const limitNotes = (json: JsonSchema): string[] => [
  ...(typeof json["exclusiveMinimum"] === "number"
    ? [`More than ${json["exclusiveMinimum"]}.`]
    : []),
  ...(typeof json["exclusiveMaximum"] === "number"
    ? [`Less than ${json["exclusiveMaximum"]}.`]
    : []),
  ...(typeof json["multipleOf"] === "number" ? [`A multiple of ${json["multipleOf"]}.`] : []),
];

/** Only strings may be enumerated; other values are listed in the description. */
function rewriteEnum(json: JsonSchema, draft: Record<string, unknown>): string[] {
  const values = valuesOf(json)?.filter((value) => value !== null);
  if (!values?.length) return [];
  if (!values.every((value) => typeof value === "string"))
    return [`One of: ${values.map((value) => JSON.stringify(value)).join(", ")}.`];
  draft["enum"] = values;
  draft["format"] = "enum";
  return [];
}

const mapValues = (properties: object, where: RewriteContext): Record<string, Schema> =>
  Object.fromEntries(
    Object.entries(properties).map(([name, json]) => [name, rewrite(json as JsonSchema, where)]),
  );

/** A tuple becomes a list of any of its kinds. */
function itemsOf(json: JsonSchema, where: RewriteContext): Schema {
  const tuple = (json["prefixItems"] ??
    (Array.isArray(json["items"]) ? json["items"] : undefined)) as JsonSchema[] | undefined;
  if (tuple) return { anyOf: tuple.map((each) => rewrite(each, where)) };
  return rewrite((json["items"] as JsonSchema | undefined) ?? { type: "string" }, where);
}

/** `oneOf` is told as `anyOf`, a choice with null as nullable, and `allOf` is melted into one. */
function rewriteChoices(draft: Draft, json: JsonSchema, where: RewriteContext): Draft {
  const parts = json["allOf"] as JsonSchema[] | undefined;
  const melted = parts
    ? parts.map((part) => rewrite(part, where) as Draft).reduce(mergeDrafts, draft)
    : draft;
  const options = (json["anyOf"] ?? json["oneOf"]) as JsonSchema[] | undefined;
  if (!options) return melted;
  const real = options.filter((option) => option["type"] !== "null");
  const nullable = real.length < options.length ? { nullable: true } : {};
  const [only, more] = real.map((option) => rewrite(option, where));
  if (only && !more) return { ...(only as Draft), ...melted, ...nullable };
  return { ...melted, anyOf: real.map((option) => rewrite(option, where)), ...nullable };
}

const mergeDrafts = (a: Draft, b: Draft): Draft => ({
  ...a,
  ...b,
  ...((a.properties ?? b.properties) && { properties: { ...a.properties, ...b.properties } }),
  ...((a.required ?? b.required) && {
    required: [...new Set([...(a.required ?? []), ...(b.required ?? [])])],
  }),
});
