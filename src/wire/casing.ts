/** Converts the names of ADK's fields, which may be camelCase or snake_case. */

/** Fields with free keys, which must stay unchanged like the values. */
const opaque = new Set([
  "state",
  "stateDelta",
  "artifactDelta",
  "agentState",
  "args",
  "response",
  "payload",
  "customMetadata",
  "partMetadata",
  "labels",
]);

/** Fields with free keys, ids of calls, whose values have fields of ADK. */
const maps = new Set(["requestedAuthConfigs", "requestedToolConfirmations"]);

/** The value with every field in camelCase. */
export function toCamelCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toCamelCase);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => {
      const camel = name.replaceAll(/(?<=[a-z0-9])_([a-z])/g, (_, letter: string) =>
        letter.toUpperCase(),
      );
      if (opaque.has(camel)) return [camel, inner];
      return [camel, maps.has(camel) ? eachInCamelCase(inner) : toCamelCase(inner)];
    }),
  );
}

const eachInCamelCase = (map: unknown): unknown =>
  typeof map === "object" && map !== null && !Array.isArray(map)
    ? Object.fromEntries(Object.entries(map).map(([key, inner]) => [key, toCamelCase(inner)]))
    : map;
