/** Normalises ADK's JSON: its fields may be camelCase or snake_case, and serialisers write null for an absent one. */

/** Fields with free keys, which must stay unchanged like the values. */
const opaque = new Set([
  "state",
  "stateDelta",
  "artifactDelta",
  "agentState",
  "setModelResponse",
  "output",
  "args",
  "response",
  "payload",
  "customMetadata",
  "partMetadata",
  "labels",
  "options",
]);

/** Fields with free keys, ids of calls, whose values have fields of ADK. */
const maps = new Set(["requestedAuthConfigs", "requestedToolConfirmations"]);

/** The value with every field in camelCase, without null fields. Free keys and their values stay as they are. */
export function normalizeAdkFields(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(normalizeAdkFields);
  if (typeof value !== "object" || value === null) return value;
  const present = Object.entries(value).filter(([, inner]) => inner !== null);
  return Object.fromEntries(
    present.map(([name, inner]) => {
      const camel = name.replaceAll(/(?<=[a-z0-9])_([a-z])/g, (_, letter: string) =>
        letter.toUpperCase(),
      );
      if (opaque.has(camel)) return [camel, inner];
      return [camel, maps.has(camel) ? normalizeEach(inner) : normalizeAdkFields(inner)];
    }),
  );
}

const normalizeEach = (map: unknown): unknown =>
  typeof map === "object" && map !== null && !Array.isArray(map)
    ? Object.fromEntries(
        Object.entries(map).map(([key, inner]) => [key, normalizeAdkFields(inner)]),
      )
    : map;
