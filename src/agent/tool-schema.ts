/**
 * A tool's parameters: their schema for the model, and the validation of arguments.
 *
 * The Live API closes the session (1007) on JSON Schema keywords that it does not know, such as `oneOf`, `const` or
 * type lists. So the relay rewrites schemas to the API's own dialect, and rejects the rest when the tool is declared.
 */
import type { Schema } from "@google/genai";
import { z } from "zod";

/** A Zod type or a JSON Schema object. */
export type Parameters = z.ZodType | JsonSchema;
export type JsonSchema = { readonly [keyword: string]: unknown };

export interface Arguments {
  /** In the Live API's dialect; undefined without parameters. */
  readonly schema: Schema | undefined;
  /** Returns the validated arguments, or an error for the model. */
  readonly parse: (args: unknown) => { readonly value: unknown } | { readonly error: string };
}

/** @throws Error naming the keyword that the dialect cannot express; the caller adds the tool's name. */
export function argumentsOf(parameters: Parameters | undefined): Arguments {
  const type = parameters === undefined ? z.object({}) : toZod(parameters);
  const json =
    parameters instanceof z.ZodType || parameters === undefined
      ? z.toJSONSchema(type, { target: "draft-7", io: "input" })
      : parameters;
  const schema = rewrite(json, { root: json, seen: [] });
  if (schema.type !== "OBJECT") throw new Error("parameters must be an object");
  return {
    schema: Object.keys(schema.properties ?? {}).length > 0 ? toSchema(schema) : undefined,
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

/** The keywords of the Live API's Schema. */
const dialect = new Set(
  "type format title description nullable enum items minItems maxItems properties required propertyOrdering minimum maximum minLength maxLength minProperties maxProperties pattern anyOf default example".split(
    " ",
  ),
);

/**
 * Rewrites a client's parameters to the dialect. Parameters that are in the dialect stay as they are; so do those that
 * cannot be rewritten: the service reports the error.
 */
export function toDialect(parameters: unknown): unknown {
  if (!isJsonSchema(parameters) || isInDialect(parameters)) return parameters;
  try {
    return rewrite(parameters, { root: parameters, seen: [] });
  } catch {
    return parameters;
  }
}

function isInDialect(schema: unknown): boolean {
  if (!isJsonSchema(schema)) return true;
  const { type, properties, items, anyOf } = schema;
  return (
    !Array.isArray(type) &&
    Object.keys(schema).every((keyword) => dialect.has(keyword)) &&
    [items, ...(listOf(anyOf) ?? []), ...Object.values(properties ?? {})].every(isInDialect)
  );
}

const isJsonSchema = (value: unknown): value is JsonSchema =>
  typeof value === "object" && value !== null;

const listOf = (value: unknown): readonly unknown[] | undefined =>
  Array.isArray(value) ? value : undefined;

interface RewriteContext {
  readonly root: JsonSchema;
  /** The references above this schema: one that contains itself cannot be written out. */
  readonly seen: readonly string[];
}

/** A Schema whose `type` is a plain string, not the SDK's enum. */
interface Draft extends Omit<Schema, "type" | "items" | "properties" | "anyOf"> {
  type?: string;
  items?: Draft;
  properties?: Record<string, Draft>;
  anyOf?: Draft[];
}

const toSchema = (draft: Draft): Schema => draft as Schema;

const copiedKeywords = [
  "title",
  "description",
  "minimum",
  "maximum",
  "pattern",
  "default",
] as const;
/** int64, which protobuf's JSON writes as a string. */
const int64Keywords = ["minItems", "maxItems", "minLength", "maxLength"] as const;
const formats = new Set(["date-time", "enum", "float", "double", "int32", "int64"]);
const inexpressible = ["not", "if", "patternProperties", "contains", "dependentSchemas"];

function rewrite(json: unknown, context: RewriteContext): Draft {
  if (!isJsonSchema(json)) throw new Error(`${JSON.stringify(json)} is not a schema`);
  if (typeof json["$ref"] === "string") return resolveReference(json["$ref"], json, context);
  const keyword = inexpressible.find((keyword) => keyword in json);
  if (keyword) throw new Error(`"${keyword}" cannot be told to a Live API model`);
  const draft: Draft = { ...typeOf(json), ...rewriteScalars(json) };
  if (json["properties"]) draft.properties = mapValues(json["properties"], context);
  if (Array.isArray(json["required"]) && json["required"].length > 0)
    draft.required = json["required"];
  if (draft.type === "ARRAY") draft.items = itemsOf(json, context);
  return rewriteChoices(draft, json, context);
}

function resolveReference(ref: string, json: JsonSchema, { root, seen }: RewriteContext): Draft {
  if (seen.includes(ref))
    throw new Error(`"${ref}" contains itself, which a Live API model cannot be told`);
  const target = ref
    .replace(/^#\/?/, "")
    .split("/")
    .filter(Boolean)
    .reduce<unknown>((node, key) => (isJsonSchema(node) ? node[key] : undefined), root);
  if (!isJsonSchema(target)) throw new Error(`"${ref}" leads nowhere`);
  const { $ref: _, ...siblings } = json;
  return rewrite({ ...target, ...siblings }, { root, seen: [...seen, ref] });
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

const valuesOf = (json: JsonSchema): readonly unknown[] | undefined =>
  "const" in json ? [json["const"]] : listOf(json["enum"]);

function rewriteScalars(json: JsonSchema): Draft {
  const draft: Record<string, unknown> = {};
  for (const keyword of copiedKeywords)
    if (json[keyword] !== undefined) draft[keyword] = json[keyword];
  for (const keyword of int64Keywords) {
    const value = json[keyword];
    if (typeof value === "number" || typeof value === "string") draft[keyword] = `${value}`;
  }
  if (typeof json["format"] === "string" && formats.has(json["format"]))
    draft["format"] = json["format"];
  const notes = [...limitNotes(json), ...rewriteEnum(json, draft)];
  if (notes.length > 0)
    draft["description"] = [json["description"], ...notes].filter(Boolean).join(" ");
  return draft;
}

/** Limits without a keyword in the dialect go into the description. */
const limitNotes = (json: JsonSchema): string[] => [
  ...(typeof json["exclusiveMinimum"] === "number"
    ? [`More than ${json["exclusiveMinimum"]}.`]
    : []),
  ...(typeof json["exclusiveMaximum"] === "number"
    ? [`Less than ${json["exclusiveMaximum"]}.`]
    : []),
  ...(typeof json["multipleOf"] === "number" ? [`A multiple of ${json["multipleOf"]}.`] : []),
];

/** The dialect's enum takes strings only; other values go into the description. */
function rewriteEnum(json: JsonSchema, draft: Record<string, unknown>): string[] {
  const values = valuesOf(json)?.filter((value) => value !== null);
  if (!values?.length) return [];
  if (!values.every((value) => typeof value === "string"))
    return [`One of: ${values.map((value) => JSON.stringify(value)).join(", ")}.`];
  draft["enum"] = values;
  draft["format"] = "enum";
  return [];
}

const mapValues = (properties: object, context: RewriteContext): Record<string, Draft> =>
  Object.fromEntries(
    Object.entries(properties).map(([name, json]) => [name, rewrite(json, context)]),
  );

/** A tuple becomes a list whose items have any of the tuple's schemas. */
function itemsOf(json: JsonSchema, context: RewriteContext): Draft {
  const tuple = listOf(json["prefixItems"] ?? json["items"]);
  if (tuple) return { anyOf: tuple.map((item) => rewrite(item, context)) };
  return rewrite(json["items"] ?? { type: "string" }, context);
}

/** `oneOf` becomes `anyOf`, a choice with null becomes nullable, and the parts of `allOf` are merged. */
function rewriteChoices(draft: Draft, json: JsonSchema, context: RewriteContext): Draft {
  const merged = (listOf(json["allOf"]) ?? [])
    .map((part) => rewrite(part, context))
    .reduce(mergeDrafts, draft);
  const options = listOf(json["anyOf"] ?? json["oneOf"]);
  if (!options) return merged;
  const anyOf = options
    .filter((option) => !(isJsonSchema(option) && option["type"] === "null"))
    .map((option) => rewrite(option, context));
  const nullable = anyOf.length < options.length ? { nullable: true } : {};
  const [only, more] = anyOf;
  if (only && !more) return { ...only, ...merged, ...nullable };
  return { ...merged, anyOf, ...nullable };
}

const mergeDrafts = (a: Draft, b: Draft): Draft => ({
  ...a,
  ...b,
  ...((a.properties ?? b.properties) && { properties: { ...a.properties, ...b.properties } }),
  ...((a.required ?? b.required) && {
    required: [...new Set([...(a.required ?? []), ...(b.required ?? [])])],
  }),
});
