/** Converts the names of ADK's fields, which may be camelCase or snake_case. */

/** Fields with free keys, which must stay unchanged. */
const opaque = new Set(["state", "stateDelta", "args", "response", "customMetadata"]);

/** The value with every field in camelCase. */
export function toCamelCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toCamelCase);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => {
      const camel = name.replaceAll(/(?<=[a-z0-9])_([a-z])/g, (_, letter: string) =>
        letter.toUpperCase(),
      );
      return [camel, opaque.has(camel) ? inner : toCamelCase(inner)];
    }),
  );
}
