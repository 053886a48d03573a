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

/** The validation is stricter than the standard, which only annotates, about the others: UUIDs, references, addresses. */
const checkedFormats = new Set(["date", "time", "date-time", "duration", "ipv4", "ipv6", "uri"]);

/** Whether the value may stay: the rest cannot be checked here, or would be checked wrongly. */
function isCheckable(keyword: string, value: unknown): boolean {
  if (value === null) return keyword === "const" || keyword === "default";
  if (keyword === "format") return checkedFormats.has(value as string);
  return keyword === "pattern" ? isRegExp(value) : !unsupported.has(keyword);
}

export function toCheckable(json: JsonSchema): JsonSchema {
  const entries = Object.entries(json)
    .filter(([keyword, value]) => isCheckable(keyword, value))
    .map(([keyword, value]) => [keyword, checkableValue(keyword, value)]);
  const plain: JsonSchema = Object.fromEntries(entries);
  const { nullable, oneOf, ...others } = plain;
  const rest = { ...others, ...anyOfAlternatives(others, oneOf) };
  return nullable === true ? { anyOf: [rest, { type: "null" }] } : rest;
}

/** The model is told `anyOf`: it cannot know that two alternatives must not fit at once. */
function anyOfAlternatives({ anyOf, allOf = [] }: JsonSchema, oneOf: unknown): JsonSchema {
  if (oneOf === undefined) return {};
  return anyOf === undefined ? { anyOf: oneOf } : { allOf: [...(allOf as []), { anyOf: oneOf }] };
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
