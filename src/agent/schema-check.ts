/**
 * Prepares a JSON Schema for the validation of arguments, which knows the standard's spelling only.
 *
 * Removes what cannot be checked here: a wrong check refuses arguments that the tool accepts.
 */
import { isJsonSchema, type JsonSchema } from "./schema-dialect.ts";

/** Keywords with a schema, a list of schemas, or a map of schemas. */
const single = new Set(["items", "additionalProperties", "additionalItems", "propertyNames"]);
const lists = new Set(["anyOf", "oneOf", "allOf", "prefixItems", "items"]);
const maps = new Set(["properties", "$defs", "definitions"]);

/** The validation refuses a schema with one of these. */
const unsupported = new Set(["dependentRequired", "dependencies"]);

export function toCheckable(json: JsonSchema): JsonSchema {
  const entries = Object.entries(json)
    .filter(([keyword]) => !unsupported.has(keyword))
    .filter(
      ([keyword, value]) =>
        (value !== null || keyword === "const" || keyword === "default") &&
        !(keyword === "pattern" && !isRegExp(value)),
    )
    .map(([keyword, value]) => [keyword, checkableValue(keyword, value)]);
  const plain: JsonSchema = Object.fromEntries(entries);
  const { nullable, ...rest } = plain;
  return nullable === true ? { anyOf: [rest, { type: "null" }] } : rest;
}

function checkableValue(keyword: string, value: unknown): unknown {
  if (keyword === "type") return lowerCase(value);
  if (lists.has(keyword) && Array.isArray(value)) return value.map(checkable);
  if (single.has(keyword)) return checkable(value);
  if (!maps.has(keyword) || !isJsonSchema(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, checkable(each)]));
}

const checkable = (value: unknown): unknown => (isJsonSchema(value) ? toCheckable(value) : value);

const lowerCase = (type: unknown): unknown => {
  if (Array.isArray(type)) return type.map(lowerCase);
  return typeof type === "string" ? type.toLowerCase() : type;
};

/** Other languages' patterns may compile without `u`, and then mean something else. */
function isRegExp(pattern: unknown): boolean {
  try {
    return typeof pattern === "string" && new RegExp(pattern, "u").test("") !== undefined;
  } catch {
    return false;
  }
}
