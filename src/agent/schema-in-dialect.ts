/** Recognises schemas that are in the Live API's dialect already. */
import { maxDeclaration } from "./schema-budget.ts";
import {
  countOf,
  isJsonSchema,
  isSendable,
  isTypeName,
  listOf,
  maxDepth,
  maxValueDepth,
  namesIn,
  type JsonSchema,
} from "./schema-dialect.ts";

/**
 * Whether the service takes a schema as it is written: then it is not rewritten. Names of types may have small letters,
 * and an untyped schema is left to the service.
 */
export const isInDialect = (schema: unknown): boolean =>
  isDialectSchema(schema, maxDepth) && JSON.stringify(schema).length <= maxDeclaration;

function isDialectSchema(schema: unknown, depth: number): boolean {
  if (!isJsonSchema(schema) || depth === 0) return false;
  const { properties = {}, items, anyOf = [] } = schema;
  const inner = [properties, anyOf].flatMap((each) => Object.values(each as object));
  return (
    Object.entries(schema).every(([keyword, value]) => dialect.get(keyword)?.(value) ?? false) &&
    isConsistent(schema) &&
    [...inner, ...(items === undefined ? [] : [items])].every((each) =>
      isDialectSchema(each, depth - 1),
    )
  );
}

const isText = (value: unknown): boolean => typeof value === "string" && value.isWellFormed();
const areTexts = (value: unknown): boolean => listOf(value)?.every(isText) ?? false;
const isCount = (value: unknown): boolean => Number.isSafeInteger(countOf(value));
const isNumber = (value: unknown): boolean => Number.isFinite(countOf(value));
const isValue = (value: unknown): boolean => isSendable(value, maxValueDepth);

/** The keywords of the Live API's Schema, and which values the service takes. Subschemas are examined one by one. */
const dialect: ReadonlyMap<string, (value: unknown) => boolean> = new Map([
  ["type", isTypeName],
  ["format", isText],
  ["title", isText],
  ["description", isText],
  ["nullable", (value) => typeof value === "boolean"],
  ["enum", (value) => areTexts(value) && !listOf(value)?.includes("")],
  ["items", isJsonSchema],
  ["minItems", isCount],
  ["maxItems", isCount],
  ["properties", (value) => isJsonSchema(value) && Object.keys(value).every(isText)],
  ["required", areTexts],
  ["propertyOrdering", areTexts],
  ["minimum", isNumber],
  ["maximum", isNumber],
  ["minLength", isCount],
  ["maxLength", isCount],
  ["minProperties", isCount],
  ["maxProperties", isCount],
  ["pattern", isText],
  ["anyOf", Array.isArray],
  ["default", isValue],
  ["example", isValue],
]);

/** Keywords that the service takes only beside others. */
function isConsistent({ type, enum: members, items, required, properties = {} }: JsonSchema) {
  const name = typeof type === "string" ? type.toUpperCase() : undefined;
  return (
    (members === undefined || name === undefined || name === "STRING") &&
    (name !== "ARRAY" || items !== undefined) &&
    namesIn(required).every((each) => Object.hasOwn(properties as object, each))
  );
}
