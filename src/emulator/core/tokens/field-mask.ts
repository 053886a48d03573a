/** Field masks: the setup fields that a token locks, and the resulting setup. */
import type { Setup } from "../protocol/messages.ts";
import { isRecord } from "../protocol/json.ts";
import { parseField, type SchemaTables } from "../schema/fields.ts";

/** Parses `"model,generationConfig.topK"` in lowerCamel; undefined when a name is not in the schema. */
export function parseFieldMask(mask: string, tables: SchemaTables): string[][] | undefined {
  const paths = mask.split(",").map((path) => path.trim().split("."));
  return paths.every((path) => isPath(path, "BidiGenerateContentSetup", tables))
    ? paths
    : undefined;
}

function isPath([name, ...rest]: readonly string[], type: string, tables: SchemaTables): boolean {
  const fields = tables.messages[type];
  const fieldSpec = name === undefined || fields === undefined ? undefined : fields[name];
  if (fieldSpec === undefined || !Object.hasOwn(fields ?? {}, name ?? "")) return false;
  if (rest.length === 0) return true;
  const field = parseField(fieldSpec);
  return field.kind === "message" && field.shape === "one" && isPath(rest, field.type, tables);
}

/**
 * Merges the client's setup with the token's: without a mask the token's replaces it, with one only the masked fields
 * do. The client alone decides which session it resumes.
 */
export function applyTokenSetup(
  clientSetup: Setup,
  tokenSetup: Setup,
  paths: readonly string[][] | undefined,
): Setup {
  const lock = (setup: SetupFields, path: readonly string[]): SetupFields =>
    copyPath({ ...tokenSetup }, setup, path);
  // Fields are copied whole between two setups, so the result is a setup.
  const setup: Setup = paths === undefined ? tokenSetup : paths.reduce(lock, { ...clientSetup });
  const handle = clientSetup.sessionResumption?.handle;
  return { ...setup, sessionResumption: { ...setup.sessionResumption, ...(handle && { handle }) } };
}

type SetupFields = Readonly<Record<string, unknown>>;

/** Copies the value at a path from `from` to `to`; removes it where `from` has none. */
function copyPath(
  from: SetupFields,
  to: SetupFields,
  [name = "", ...rest]: readonly string[],
): SetupFields {
  const value = rest.length === 0 ? from[name] : copyPath(inner(from, name), inner(to, name), rest);
  const { [name]: _, ...others } = to;
  return value === undefined ? others : { ...others, [name]: value };
}

function inner(fields: SetupFields, name: string): SetupFields {
  const value = fields[name];
  return isRecord(value) ? value : {};
}
