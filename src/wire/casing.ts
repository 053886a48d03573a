/** The two ways in which ADK writes the names of fields. */

/** Whose keys are the user's own, and not field names. */
const opaque = new Set(["state", "stateDelta", "args", "response", "customMetadata"]);

/** ADK takes every field in camelCase and in snake_case. */
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
