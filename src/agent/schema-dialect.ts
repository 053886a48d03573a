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
import { cutText, wellFormed } from "../wire/text.ts";
import { checkSize, SchemaBudget, SchemaRefusal } from "./schema-budget.ts";
import { asObject, finish, mergeDrafts, withAlternatives, type Draft } from "./schema-merge.ts";

export type JsonSchema = { readonly [keyword: string]: unknown };

export const isJsonSchema = (value: unknown): value is JsonSchema =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * The parameters of a function.
 * @returns undefined if there are none.
 * @throws SchemaRefusal naming the keyword that the dialect cannot express, or the limit that the schema exceeds.
 */
export function parametersToDialect(
  json: JsonSchema,
  budget: SchemaBudget = new SchemaBudget(),
): Schema | undefined {
  const draft = checkSize(finish(asObject(rewriteRoot(json, budget), budget)));
  return Object.keys(draft.properties ?? {}).length > 0 ? (draft as Schema) : undefined;
}

/** @throws SchemaRefusal as `parametersToDialect` does. */
export const toDialect = (json: JsonSchema, budget: SchemaBudget = new SchemaBudget()): Schema =>
  checkSize(finish(rewriteRoot(json, budget))) as Schema;

const rewriteRoot = (json: JsonSchema, budget: SchemaBudget): Draft =>
  rewrite(json, { root: json, seen: [], depth: 0, budget });

/** Protobuf's parsers accept a hundred levels, and a property takes three. */
export const maxDepth = 24;

interface RewriteContext {
  readonly root: JsonSchema;
  /** The references above this schema: one that contains itself cannot be written out. */
  readonly seen: readonly string[];
  readonly depth: number;
  /** Shared by all parts of one schema. */
  readonly budget: SchemaBudget;
}

function rewrite(json: unknown, outer: RewriteContext): Draft {
  const { budget } = outer;
  const context = { ...outer, depth: outer.depth + 1 };
  if (context.depth > maxDepth)
    throw new SchemaRefusal(`it is nested more than ${maxDepth} levels deep`);
  budget.readPart();
  if (json === true || isEmptyList(json)) return {};
  if (!isJsonSchema(json)) throw new SchemaRefusal(`${shown(json)} is not a schema`);
  if (typeof json["$ref"] === "string") return resolveReference(json["$ref"], json, context);
  const keyword = inexpressible.find((keyword) => isPresent(json[keyword]));
  if (keyword) throw new SchemaRefusal(`"${keyword}" cannot be told to a Live API model`);
  const draft = rewriteChoices(rewriteTypes(json, context), json, context);
  return budget.measured(withNotes(draft, json, context));
}

/** PHP writes an empty object as a list. */
const isEmptyList = (value: unknown): boolean => Array.isArray(value) && value.length === 0;

const inexpressible = ["if", "contains", "dependentSchemas", "$dynamicRef", "$recursiveRef"];

/** A value in an error text. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return "a list";
  return isJsonSchema(value) ? "an object" : cutText(JSON.stringify(value) ?? "undefined", 60);
}

function resolveReference(ref: string, json: JsonSchema, context: RewriteContext): Draft {
  const { root, seen, budget } = context;
  if (seen.includes(ref))
    throw new SchemaRefusal(`"${ref}" contains itself, which a Live API model cannot be told`);
  const target = find(root, ref);
  if (target !== true && !isJsonSchema(target)) throw new SchemaRefusal(`"${ref}" leads nowhere`);
  const referenced = rewrite(target, { ...context, seen: [...seen, ref] });
  const { $ref: _, ...siblings } = json;
  // The standard joins both; a description beside a reference tells more than the referenced one.
  return mergeDrafts(rewrite(siblings, context), referenced, budget);
}

/** @param ref a reference within the schema: "#/a/b", "#anchor", or an `$id`. */
function find(root: JsonSchema, ref: string): unknown {
  if (!ref.startsWith("#")) return findNamed(root, ref);
  const pointer = ref.slice(1);
  if (pointer !== "" && !pointer.startsWith("/")) return findNamed(root, pointer);
  return resolvePointer(root, pointer);
}

/** @param pointer a JSON pointer in a URI's fragment. */
const resolvePointer = (root: JsonSchema, pointer: string): unknown =>
  pointer
    .split("/")
    .slice(1)
    .map(decodePointer)
    .reduce<unknown>((node, key) => {
      if (Array.isArray(node)) return node[Number(key)];
      return isJsonSchema(node) && Object.hasOwn(node, key) ? node[key] : undefined;
    }, root);

function decodePointer(part: string): string {
  const plain = part.replaceAll("~1", "/").replaceAll("~0", "~");
  try {
    return decodeURIComponent(plain);
  } catch {
    return plain;
  }
}

/** By `$anchor` or `$id`, at the root or among its definitions: TypeBox's references are such names. */
const findNamed = (root: JsonSchema, name: string): unknown =>
  [root, ...definitionsIn(root)].find(
    (each) => each["$anchor"] === name || each["$id"] === name || each["$id"] === `#${name}`,
  );

const definitionsIn = (root: JsonSchema): JsonSchema[] =>
  ["$defs", "definitions", "properties"].flatMap((keyword) =>
    Object.values(isJsonSchema(root[keyword]) ? root[keyword] : {}).filter(isJsonSchema),
  );

const typeNames = new Set(["STRING", "NUMBER", "INTEGER", "BOOLEAN", "ARRAY", "OBJECT", "NULL"]);

export const isTypeName = (type: unknown): type is string =>
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
    ...withAlternatives(drafts, context.budget),
  };
}

function typesOf(json: JsonSchema): readonly string[] {
  const given = [json["type"] ?? inferTypes(json)].flat();
  const unknown = given.find((type) => !isTypeName(type));
  if (unknown !== undefined) throw new SchemaRefusal(`${shown(unknown)} is not a type`);
  const types = new Set(given.filter(isTypeName).map((type) => type.toUpperCase()));
  if (types.has("NUMBER")) types.delete("INTEGER");
  return [...types];
}

/** Keywords that say of which type a value is, where no `type` does. */
const typesByKeyword: readonly (readonly [type: string, keywords: readonly string[]])[] = [
  [
    "object",
    [
      "properties",
      "additionalProperties",
      "patternProperties",
      "propertyNames",
      "required",
      "minProperties",
    ],
  ],
  ["array", ["items", "prefixItems", "minItems", "maxItems", "uniqueItems"]],
  ["string", ["pattern", "minLength", "maxLength"]],
  ["number", ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"]],
];

const inferTypes = (json: JsonSchema): readonly string[] =>
  valuesOf(json)?.map(typeOfValue) ??
  typesByKeyword
    .filter(([, keywords]) => keywords.some((keyword) => isLimit(keyword, json[keyword])))
    .map(([type]) => type)
    .slice(0, 1);

/** Draft 3 writes `required: true` at the property itself. */
const isLimit = (keyword: string, value: unknown): boolean =>
  isPresent(value) && (keyword !== "required" || Array.isArray(value));

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

export const listOf = (value: unknown): readonly unknown[] | undefined =>
  Array.isArray(value) ? value : undefined;

/** The keywords that describe a value and do not limit it. They may stand beside `anyOf`. */
function annotationsOf(json: JsonSchema): Draft {
  const example = json["example"] ?? listOf(json["examples"])?.[0];
  return {
    ...textOf(json, "title"),
    ...textOf(json, "description"),
    ...valueOf("default", json["default"]),
    ...(isPresent(example) && valueOf("example", example)),
  };
}

const textOf = (json: JsonSchema, keyword: "title" | "description" | "pattern"): Draft =>
  typeof json[keyword] === "string" ? { [keyword]: json[keyword].toWellFormed() } : {};

/** A value that cannot be sent is left out: it describes the parameter and does not limit it. */
const valueOf = (keyword: "default" | "example", value: unknown): Draft =>
  isSendable(value, maxValueDepth) ? { [keyword]: wellFormed(value) } : {};

/** With protobuf's wrappers a value takes three levels of its parser's hundred for each of its own. */
export const maxValueDepth = 8;

/** Whether it is JSON that nests at most `depth` levels. */
export function isSendable(value: unknown, depth: number): boolean {
  if (value === null || typeof value === "string" || typeof value === "boolean") return true;
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value !== "object" || depth === 0) return false;
  return Object.values(value).every((each) => isSendable(each, depth - 1));
}

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
      .map((keyword) => [keyword, countOf(json[keyword])] as const)
      .filter(([, count]) => Number.isSafeInteger(count) && count >= 0)
      .map(([keyword, count]) => [keyword, `${count}`]),
  );

export const countOf = (value: unknown): number =>
  typeof value === "number" || (typeof value === "string" && value.trim() !== "")
    ? Number(value)
    : Number.NaN;

function stringLimits(json: JsonSchema): Draft {
  const values = valuesOf(json)?.filter((value) => typeof value === "string");
  // The service refuses an empty member.
  const members = [...new Set(values)].filter((value) => value !== "").map(checkedText);
  return {
    ...counts(json, ["minLength", "maxLength"]),
    ...textOf(json, "pattern"),
    ...(json["format"] === "date-time" && { format: "date-time" }),
    ...(members.length > 0 && { enum: members, format: "enum" }),
  };
}

/** Half a character cannot be sent, and another text in its place would be another value. */
function checkedText(text: string): string {
  if (!text.isWellFormed())
    throw new SchemaRefusal(`${shown(text)} has half a character (a lone surrogate)`);
  return text;
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
  return withAlternatives(
    items.map((item) => rewrite(item, context)),
    context.budget,
  );
}

function objectLimits(json: JsonSchema, context: RewriteContext): Draft {
  const properties = propertiesOf(json, context);
  const required = [...namesIn(json["required"]), ...requiredProperties(json)];
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
      // The property must not be given.
      .filter(([, property]) => !isImpossible(property))
      .map(([name, property]) => [checkedText(name), rewrite(property, context)]),
  );
}

/** `false` and `{ not: {} }`, as which Zod's older converters write `never` and `undefined`. */
const isImpossible = (json: unknown): boolean =>
  json === false ||
  (isJsonSchema(json) &&
    (json["not"] === true || (isJsonSchema(json["not"]) && Object.keys(json["not"]).length === 0)));

/** Draft 3 writes it at the property itself. */
const requiredProperties = ({ properties }: JsonSchema): string[] =>
  Object.entries(isJsonSchema(properties) ? properties : {}).flatMap(([name, property]) =>
    isJsonSchema(property) && property["required"] === true ? [name] : [],
  );

export const namesIn = (value: unknown): string[] => [
  ...new Set(listOf(value)?.filter((name) => typeof name === "string")),
];

/** `oneOf` becomes `anyOf`, a choice with null becomes nullable, and the parts of `allOf` are merged. */
function rewriteChoices(draft: Draft, json: JsonSchema, context: RewriteContext): Draft {
  const { budget } = context;
  const parts = (listOf(json["allOf"]) ?? []).map((part) => rewrite(part, context));
  const merged = parts.reduce((all, part) => mergeDrafts(all, part, budget), draft);
  return [listOf(json["anyOf"]), listOf(json["oneOf"])].reduce<Draft>(
    (all, options) =>
      options?.length ? mergeDrafts(all, choiceOf(options, context), budget) : all,
    merged,
  );
}

const choiceOf = (options: readonly unknown[], context: RewriteContext): Draft =>
  withAlternatives(
    options.filter((option) => !isImpossible(option)).map((option) => rewrite(option, context)),
    context.budget,
  );

function withNotes(draft: Draft, json: JsonSchema, context: RewriteContext): Draft {
  const notes = [
    ...limitNotes(json),
    ...valueNotes(json),
    ...exclusionNotes(json),
    ...keyNotes(json, context),
  ];
  if (notes.length === 0) return draft;
  return { ...draft, notes: [...new Set([...(draft.notes ?? []), ...notes])] };
}

/** Limits without a keyword in the dialect. */
const limitNotes = (json: JsonSchema): string[] => [
  ...formatNote(json),
  ...noteFor("More than", lowerBound(json)),
  ...noteFor("Less than", upperBound(json)),
  ...noteFor("A multiple of", json["multipleOf"]),
  ...(json["uniqueItems"] === true ? ["No item twice."] : []),
];

/** Formats of a text that tell a model what to write; the dialect's own are `date-time` and `enum`. */
const toldFormats = new Set(
  "date time duration email idn-email hostname idn-hostname ipv4 ipv6 uri url uri-reference iri uri-template uuid byte base64 json-pointer regex phone".split(
    " ",
  ),
);

const formatNote = (json: JsonSchema): string[] =>
  typeof json["format"] === "string" &&
  toldFormats.has(json["format"]) &&
  typesOf(json).includes("STRING") &&
  !valuesOf(json)
    ? [`Format: ${json["format"]}.`]
    : [];

/** Draft 4 writes `exclusiveMinimum: true` beside `minimum`. */
const lowerBound = ({ exclusiveMinimum, minimum }: JsonSchema): unknown =>
  exclusiveMinimum === true ? minimum : exclusiveMinimum;
const upperBound = ({ exclusiveMaximum, maximum }: JsonSchema): unknown =>
  exclusiveMaximum === true ? maximum : exclusiveMaximum;

const noteFor = (text: string, value: unknown): string[] =>
  typeof value === "number" ? [`${text} ${value}.`] : [];

/** The dialect's enum takes strings only, and only at a string. */
function valueNotes(json: JsonSchema): string[] {
  const isText = typesOf(json).includes("STRING");
  const values = valuesOf(json)?.filter(
    (value) => value !== null && !(isText && typeof value === "string"),
  );
  return values?.length ? [`One of: ${valueList(values)}.`] : [];
}

/** @throws SchemaRefusal for a `not` that forbids more than values. */
function exclusionNotes({ not }: JsonSchema): string[] {
  if (!isPresent(not)) return [];
  const values = isJsonSchema(not) && Object.keys(not).length === 1 ? valuesOf(not) : undefined;
  if (!values?.length) throw new SchemaRefusal('"not" cannot be told to a Live API model');
  return [`None of: ${valueList(values)}.`];
}

const valueList = (values: readonly unknown[]): string => values.map(valueText).join(", ");

function valueText(value: unknown): string {
  if (isSendable(value, maxValueDepth)) return JSON.stringify(value);
  throw new SchemaRefusal("one of its values cannot be written as a text");
}

function keyNotes(json: JsonSchema, context: RewriteContext): string[] {
  const { propertyNames, patternProperties } = json;
  const names = isJsonSchema(propertyNames) ? propertyNames : {};
  const patterns = Object.entries(isJsonSchema(patternProperties) ? patternProperties : {});
  const others = json["additionalProperties"] ?? json["unevaluatedProperties"];
  return [
    ...(typeof names["pattern"] === "string" ? [`Names of keys match ${names["pattern"]}.`] : []),
    ...patterns.flatMap(([pattern, value]) => keyNote(pattern, value, context)),
    ...(valuesOf(names) || !isJsonSchema(others) ? [] : keyNote("", others, context)),
    ...dependencyNotes(json["dependentRequired"] ?? json["dependencies"]),
  ].map((note) => note.toWellFormed());
}

/** Patterns that TypeBox and others write for every key. */
const anyKey = new Set(["", ".*", "^.*$", "^(.*)$", ".+", "^.+$", "^"]);

function keyNote(pattern: string, json: unknown, context: RewriteContext): string[] {
  if (isImpossible(json)) return anyKey.has(pattern) ? [] : [`No key matches ${pattern}.`];
  const value = JSON.stringify(finish(rewrite(json, context)));
  if (!anyKey.has(pattern)) return [`The value of every key that matches ${pattern}: ${value}.`];
  return value === anything ? [] : [`The value of every other key: ${value}.`];
}

const anything = JSON.stringify(finish({}));

function dependencyNotes(dependencies: unknown): string[] {
  const entries = Object.entries(isJsonSchema(dependencies) ? dependencies : {});
  if (!entries.every(([, needed]) => Array.isArray(needed)))
    throw new SchemaRefusal(`"dependencies" cannot be told to a Live API model`);
  return entries.map(
    ([name, needed]) =>
      `${JSON.stringify(name)} requires ${namesIn(needed)
        .map((each) => JSON.stringify(each))
        .join(", ")}.`,
  );
}
