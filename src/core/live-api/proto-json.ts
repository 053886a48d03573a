/**
 * Normalises JSON as protobuf's parsers read it: a field may be lowerCamel or snake_case, at every level and mixed; a
 * field that is null is absent, as serialisers of Rust, C# and Kotlin write it; a single message in place of a list is a
 * list of one.
 *
 * Names that the author of a schema or a tool chose are no fields, and stay as they are; so does null within the user's
 * own JSON, in a list and under a chosen name.
 */

/** Values that are the user's own JSON: function arguments and responses, JSON Schema, defaults, labels. */
const opaque = new Set([
  "args",
  "response",
  "parametersJsonSchema",
  "responseJsonSchema",
  "default",
  "example",
  "const",
  "labels",
  "partMetadata",
]);

/** Fields whose keys are chosen names and whose values are messages. */
const maps = new Set(["properties"]);

/** Lists of messages; Google's own examples write `"parts": {"text": …}`. */
const lists = new Set([
  "turns",
  "parts",
  "tools",
  "functionDeclarations",
  "functionResponses",
  "mediaChunks",
]);

/** The value with every field in lowerCamel, no field null, and every list a list. */
export function normalizeFields(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(normalizeFields);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== null)
      .map(([name, inner]) => normalizeField(toCamel(name), inner)),
  );
}

function normalizeField(field: string, inner: unknown): readonly [string, unknown] {
  if (opaque.has(field)) return [field, inner];
  if (maps.has(field) && isRecord(inner)) return [field, eachValue(inner)];
  const value = normalizeFields(inner);
  return [field, lists.has(field) && isRecord(value) ? [value] : value];
}

const eachValue = (map: Readonly<Record<string, unknown>>): object =>
  Object.fromEntries(Object.entries(map).map(([name, inner]) => [name, normalizeFields(inner)]));

/** The name of a field in lowerCamel, or a path of such names. */
export const toCamel = (name: string): string =>
  name.replaceAll(/(?<=[a-z0-9])_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
