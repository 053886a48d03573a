/**
 * Rewrites JSON Schema to the Live API's dialect.
 *
 *     JSON Schema ─► per type: the keywords that hold for it ─► choices and parts merged ─► what the service accepts
 *
 * The service closes the session (1007) on keywords that it does not know, such as `oneOf`, `const` or type lists, and
 * on values that it does not take. A keyword without a counterpart becomes a sentence of the description; one that a
 * sentence cannot express is an error.
 */
import type { Schema } from "@google/genai";
import { asObject, finish, mergeDrafts, withAlternatives, type Draft } from "./schema-merge.ts";

export type JsonSchema = { readonly [keyword: string]: unknown };

export const isJsonSchema = (value: unknown): value is JsonSchema =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * The parameters of a function.
 * @returns undefined if there are none.
 * @throws Error naming the keyword that the dialect cannot express.
 */
export function parametersToDialect(json: JsonSchema): Schema | undefined {
  const draft = finish(asObject(rewriteRoot(json)));
  return Object.keys(draft.properties ?? {}).length > 0 ? (draft as Schema) : undefined;
}

/** @throws Error naming the keyword that the dialect cannot express. */
export const toDialect = (json: JsonSchema): Schema => finish(rewriteRoot(json)) as Schema;

const rewriteRoot = (json: JsonSchema): Draft =>
  rewrite(json, { root: json, seen: [], depth: 0, budget: { left: maxSchemas } });

/** The keywords of the Live API's Schema. */
const dialect = new Set(
  "type format title description nullable enum items minItems maxItems properties required propertyOrdering minimum maximum minLength maxLength minProperties maxProperties pattern anyOf default example".split(
    " ",
  ),
);

/** Whether the service takes a schema as it is written. */
export function isInDialect(schema: unknown): boolean {
  if (!isJsonSchema(schema)) return false;
  const { type, properties = {}, items, anyOf = [], enum: members = [] } = schema;
  return (
    (type === undefined || isTypeName(type)) &&
    Object.keys(schema).every((keyword) => dialect.has(keyword)) &&
    (listOf(members)?.every((member) => typeof member === "string" && member !== "") ?? false) &&
    isJsonSchema(properties) &&
    (items === undefined || isInDialect(items)) &&
    [...(listOf(anyOf) ?? [false]), ...Object.values(properties)].every(isInDialect)
  );
}

/** References may multiply a small schema without bound, and a model reads all of it. */
const maxSchemas = 2000;
/** Protobuf's parsers accept a hundred levels, and a property takes three. */
const maxDepth = 24;

interface RewriteContext {
  readonly root: JsonSchema;
  /** The references above this schema: one that contains itself cannot be written out. */
  readonly seen: readonly string[];
  readonly depth: number;
  /** Shared by all parts of one schema. */
  readonly budget: { left: number };
}

function rewrite(json: unknown, outer: RewriteContext): Draft {
  const context = { ...outer, depth: outer.depth + 1 };
  if (context.depth > maxDepth) throw new Error(`it is nested more than ${maxDepth} levels deep`);
  if (--context.budget.left < 0) throw new Error(`it has more than ${maxSchemas} parts`);
  if (json === true) return {};
  if (!isJsonSchema(json)) throw new Error(`${JSON.stringify(json)} is not a schema`);
  if (typeof json["$ref"] === "string") return resolveReference(json["$ref"], json, context);
  const keyword = inexpressible.find((keyword) => isPresent(json[keyword]));
  if (keyword) throw new Error(`"${keyword}" cannot be told to a Live API model`);
  const draft = rewriteChoices(rewriteTypes(json, context), json, context);
  return { ...draft, ...notesOf(json, draft, context) };
}

const inexpressible = [
  "not",
  "if",
  "patternProperties",
  "contains",
  "dependentSchemas",
  "$dynamicRef",
  "$recursiveRef",
];

function resolveReference(ref: string, json: JsonSchema, context: RewriteContext): Draft {
  const { root, seen } = context;
  if (seen.includes(ref))
    throw new Error(`"${ref}" contains itself, which a Live API model cannot be told`);
  const target = ref.startsWith("#") ? find(root, ref.slice(1)) : undefined;
  if (target !== true && !isJsonSchema(target)) throw new Error(`"${ref}" leads nowhere`);
  const { $ref: _, ...siblings } = json;
  const inner = { ...context, seen: [...seen, ref] };
  return rewrite(target === true ? siblings : { ...target, ...siblings }, inner);
}

/** @param pointer a JSON pointer in a URI's fragment, or an anchor. */
function find(root: JsonSchema, pointer: string): unknown {
  if (pointer !== "" && !pointer.startsWith("/")) return findAnchor(root, pointer);
  return pointer
    .split("/")
    .slice(1)
    .map(decodePointer)
    .reduce<unknown>((node, key) => {
      if (Array.isArray(node)) return node[Number(key)];
      return isJsonSchema(node) && Object.hasOwn(node, key) ? node[key] : undefined;
    }, root);
}

function decodePointer(part: string): string {
  const plain = part.replaceAll("~1", "/").replaceAll("~0", "~");
  try {
    return decodeURIComponent(plain);
  } catch {
    return plain;
  }
}

const findAnchor = (root: JsonSchema, name: string): unknown =>
  ["$defs", "definitions", "properties"]
    .flatMap((keyword) => Object.values(root[keyword] ?? {}))
    .find((each) => isJsonSchema(each) && (each["$anchor"] === name || each["$id"] === `#${name}`));

const typeNames = new Set(["STRING", "NUMBER", "INTEGER", "BOOLEAN", "ARRAY", "OBJECT", "NULL"]);

const isTypeName = (type: unknown): type is string =>
  typeof type === "string" && typeNames.has(type.toUpperCase());

/** One draft; with several types, one for each under `anyOf`. `["string", "null"]` is a nullable string. */
function rewriteTypes(json: JsonSchema, context: RewriteContext): Draft {
  const all = typesOf(json);
  const types = all.filter((type) => type !== "NULL");
  const nullable = all.length > types.length || json["nullable"] === true || allowsNull(json);
  const isNull = types.length === 0 && all.length > 0;
  const drafts = isNull
    ? [{ type: "NULL" }]
    : (types.length > 0 ? types : [undefined]).map((type) => rewriteType(type, json, context));
  return {
    ...annotationsOf(json),
    ...(nullable && !isNull && { nullable: true }),
    ...withAlternatives(drafts),
  };
}

function typesOf(json: JsonSchema): readonly string[] {
  const given = [json["type"] ?? inferTypes(json)].flat();
  const unknown = given.find((type) => !isTypeName(type));
  if (unknown !== undefined) throw new Error(`${JSON.stringify(unknown)} is not a type`);
  const types = new Set(given.filter(isTypeName).map((type) => type.toUpperCase()));
  if (types.has("NUMBER")) types.delete("INTEGER");
  return [...types];
}

/** Keywords that say of which type a value is, where no `type` does. */
const typesByKeyword: readonly (readonly [type: string, keywords: readonly string[]])[] = [
  ["object", ["properties", "additionalProperties", "propertyNames", "required", "minProperties"]],
  ["array", ["items", "prefixItems", "minItems", "maxItems", "uniqueItems"]],
  ["string", ["pattern", "minLength", "maxLength"]],
  ["number", ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"]],
];

const inferTypes = (json: JsonSchema): readonly string[] =>
  valuesOf(json)?.map(typeOfValue) ??
  typesByKeyword
    .filter(([, keywords]) => keywords.some((keyword) => isPresent(json[keyword])))
    .map(([type]) => type)
    .slice(0, 1);

function typeOfValue(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return Number.isInteger(value) ? "integer" : typeof value;
}

const valuesOf = (json: JsonSchema): readonly unknown[] | undefined =>
  "const" in json ? [json["const"]] : listOf(json["enum"]);

const allowsNull = (json: JsonSchema): boolean => valuesOf(json)?.includes(null) === true;

/** Some serialisers write null for an absent keyword. */
const isPresent = (value: unknown): boolean => value !== undefined && value !== null;

const listOf = (value: unknown): readonly unknown[] | undefined =>
  Array.isArray(value) ? value : undefined;

/** The keywords that describe a value and do not limit it. They may stand beside `anyOf`. */
function annotationsOf(json: JsonSchema): Draft {
  const example = json["example"] ?? listOf(json["examples"])?.[0];
  return {
    ...textOf(json, "title"),
    ...textOf(json, "description"),
    ...(json["default"] !== undefined && { default: json["default"] }),
    ...(example !== undefined && { example }),
  };
}

const textOf = (json: JsonSchema, keyword: "title" | "description" | "pattern"): Draft =>
  typeof json[keyword] === "string" ? { [keyword]: json[keyword] } : {};

/** The keywords that hold for one type; the service takes a keyword only beside its type. */
function rewriteType(type: string | undefined, json: JsonSchema, context: RewriteContext): Draft {
  const base: Draft = type === undefined ? {} : { type };
  switch (type) {
    case "STRING":
      return { ...base, ...stringLimits(json) };
    case "NUMBER":
    case "INTEGER":
      return { ...base, ...numberLimits(type, json) };
    case "ARRAY":
      return { ...base, ...counts(json, ["minItems", "maxItems"]), items: itemsOf(json, context) };
    case "OBJECT":
      return { ...base, ...objectLimits(json, context) };
    default:
      return base;
  }
}

/** int64, which protobuf's JSON writes as a string. */
const counts = (json: JsonSchema, keywords: readonly (keyof Draft)[]): Draft =>
  Object.fromEntries(
    keywords
      .map((keyword) => [keyword, Number(json[keyword] ?? Number.NaN)] as const)
      .filter(([, count]) => Number.isSafeInteger(count) && count >= 0)
      .map(([keyword, count]) => [keyword, `${count}`]),
  );

function stringLimits(json: JsonSchema): Draft {
  const values = valuesOf(json)?.filter((value) => typeof value === "string");
  // The service refuses an empty member.
  const members = [...new Set(values)].filter((value) => value !== "");
  return {
    ...counts(json, ["minLength", "maxLength"]),
    ...textOf(json, "pattern"),
    ...(json["format"] === "date-time" && { format: "date-time" }),
    ...(members.length > 0 && { enum: members, format: "enum" }),
  };
}

const numberFormats = { NUMBER: ["float", "double"], INTEGER: ["int32", "int64"] };

function numberLimits(type: "NUMBER" | "INTEGER", json: JsonSchema): Draft {
  const format = numberFormats[type].find((each) => each === json["format"]);
  const limits = (["minimum", "maximum"] as const).filter(
    (keyword) => Number.isFinite(json[keyword]) && json[exclusive[keyword]] !== true,
  );
  return {
    ...Object.fromEntries(limits.map((keyword) => [keyword, json[keyword]])),
    ...(format && { format }),
  };
}

const exclusive = { minimum: "exclusiveMinimum", maximum: "exclusiveMaximum" } as const;

/** A tuple becomes a list whose items have any of the tuple's schemas. */
function itemsOf(json: JsonSchema, context: RewriteContext): Draft {
  const tuple = listOf(json["prefixItems"] ?? json["items"]);
  const rest = json[json["prefixItems"] ? "items" : "additionalItems"];
  if (!tuple) return rewrite(json["items"] || { type: "string" }, context);
  const items = isJsonSchema(rest) ? [...tuple, rest] : tuple;
  if (items.length === 0) return { type: "STRING" };
  return withAlternatives(items.map((item) => rewrite(item, context)));
}

function objectLimits(json: JsonSchema, context: RewriteContext): Draft {
  const properties = propertiesOf(json, context);
  const required = namesIn(json["required"]);
  const ordering = namesIn(json["propertyOrdering"]);
  return {
    ...counts(json, ["minProperties", "maxProperties"]),
    ...(properties && { properties }),
    ...(required.length > 0 && { required }),
    ...(ordering.length > 0 && { propertyOrdering: ordering }),
  };
}

function propertiesOf(
  json: JsonSchema,
  context: RewriteContext,
): Record<string, Draft> | undefined {
  const { properties, propertyNames, additionalProperties } = json;
  const keys = isJsonSchema(propertyNames) ? namesIn(valuesOf(propertyNames)) : [];
  const others = isJsonSchema(additionalProperties) ? keys : [];
  if (!isJsonSchema(properties) && others.length === 0) return undefined;
  const all = {
    ...Object.fromEntries(others.map((key) => [key, additionalProperties])),
    ...(isJsonSchema(properties) && properties),
  };
  return Object.fromEntries(
    Object.entries(all)
      // `false`: the property must not be given.
      .filter(([, property]) => property !== false)
      .map(([name, property]) => [name, rewrite(property, context)]),
  );
}

const namesIn = (value: unknown): string[] => [
  ...new Set(listOf(value)?.filter((name) => typeof name === "string")),
];

/** `oneOf` becomes `anyOf`, a choice with null becomes nullable, and the parts of `allOf` are merged. */
function rewriteChoices(draft: Draft, json: JsonSchema, context: RewriteContext): Draft {
  const parts = (listOf(json["allOf"]) ?? []).map((part) => rewrite(part, context));
  const merged = [draft, ...parts].reduce(mergeDrafts);
  return [listOf(json["anyOf"]), listOf(json["oneOf"])].reduce<Draft>(
    (all, options) => (options?.length ? mergeDrafts(all, choiceOf(options, context)) : all),
    merged,
  );
}

function choiceOf(options: readonly unknown[], context: RewriteContext): Draft {
  const drafts = options
    .filter((option) => option !== false)
    .map((option) => rewrite(option, context));
  const values = drafts.filter(({ type }) => type !== "NULL");
  if (values.length === 0) return { type: "NULL" };
  return {
    ...withAlternatives(values),
    ...(values.length < drafts.length && { nullable: true }),
  };
}

/** Limits without a keyword in the dialect go into the description. */
function notesOf(json: JsonSchema, draft: Draft, context: RewriteContext): Draft {
  const notes = [...limitNotes(json), ...valueNotes(json), ...keyNotes(json, context)];
  if (notes.length === 0) return {};
  return { description: [draft.description, ...notes].filter(Boolean).join(" ") };
}

const limitNotes = (json: JsonSchema): string[] => [
  ...noteFor("More than", lowerBound(json)),
  ...noteFor("Less than", upperBound(json)),
  ...noteFor("A multiple of", json["multipleOf"]),
  ...(json["uniqueItems"] === true ? ["No item twice."] : []),
];

/** Draft 4 writes `exclusiveMinimum: true` beside `minimum`. */
const lowerBound = ({ exclusiveMinimum, minimum }: JsonSchema): unknown =>
  exclusiveMinimum === true ? minimum : exclusiveMinimum;
const upperBound = ({ exclusiveMaximum, maximum }: JsonSchema): unknown =>
  exclusiveMaximum === true ? maximum : exclusiveMaximum;

const noteFor = (text: string, value: unknown): string[] =>
  typeof value === "number" ? [`${text} ${value}.`] : [];

/** The dialect's enum takes strings only. */
function valueNotes(json: JsonSchema): string[] {
  const values = valuesOf(json)?.filter((value) => value !== null && typeof value !== "string");
  if (!values?.length) return [];
  return [`One of: ${values.map((value) => JSON.stringify(value)).join(", ")}.`];
}

function keyNotes(json: JsonSchema, context: RewriteContext): string[] {
  const { propertyNames, additionalProperties } = json;
  const names = isJsonSchema(propertyNames) ? propertyNames : {};
  const others = valuesOf(names) ? {} : additionalProperties;
  const value = isJsonSchema(others) ? JSON.stringify(finish(rewrite(others, context))) : anything;
  return [
    ...(typeof names["pattern"] === "string" ? [`Names of keys match ${names["pattern"]}.`] : []),
    ...(value === anything ? [] : [`The value of every other key: ${value}.`]),
    ...dependencyNotes(json["dependentRequired"] ?? json["dependencies"]),
  ];
}

const anything = JSON.stringify(finish({}));

function dependencyNotes(dependencies: unknown): string[] {
  const entries = Object.entries(isJsonSchema(dependencies) ? dependencies : {});
  if (!entries.every(([, needed]) => Array.isArray(needed)))
    throw new Error(`"dependencies" cannot be told to a Live API model`);
  return entries.map(
    ([name, needed]) =>
      `${JSON.stringify(name)} requires ${namesIn(needed)
        .map((each) => JSON.stringify(each))
        .join(", ")}.`,
  );
}
