/** Field masks: which fields of a setup a token decides, and the setup that comes of it. */
import type { Setup } from "../protocol/messages.ts";
import { isRecord } from "../protocol/json.ts";
import { parseField, type SchemaTables } from "../schema/fields.ts";

/** `"model,generationConfig.topK"` in lowerCamel names that the schema knows; undefined when it holds others. */
export function parseFieldMask(mask: string, tables: SchemaTables): string[][] | undefined {
  const paths = mask.split(",").map((path) => path.trim().split("."));
  return paths.every((path) => isPath(path, "BidiGenerateContentSetup", tables))
    ? paths
    : undefined;
}

function isPath([name, ...rest]: readonly string[], type: string, tables: SchemaTables): boolean {
  const fields = tables.messages[type];
  const written = name === undefined || fields === undefined ? undefined : fields[name];
  if (written === undefined || !Object.hasOwn(fields ?? {}, name ?? "")) return false;
  if (rest.length === 0) return true;
  const field = parseField(written);
  return field.kind === "message" && field.shape === "one" && isPath(rest, field.type, tables);
}

/**
 * The client's setup under a token's: without a mask the token's replaces it, with one only the named fields. Which
 * session is resumed is always for the client to say.
 */
export function applyTokenSetup(
  given: Setup,
  own: Setup,
  paths: readonly string[][] | undefined,
): Setup {
  const lock = (setup: Fields, path: readonly string[]): Fields =>
    copyPath({ ...own }, setup, path);
  // Fields are copied whole between two setups, so what comes of it is one.
  const setup: Setup = paths === undefined ? own : paths.reduce(lock, { ...given });
  const handle = given.sessionResumption?.handle;
  return { ...setup, sessionResumption: { ...setup.sessionResumption, ...(handle && { handle }) } };
}

type Fields = Readonly<Record<string, unknown>>;

/** The second value with what the first has at the path, and without it where the first has nothing. */
function copyPath(from: Fields, to: Fields, [name = "", ...rest]: readonly string[]): Fields {
  const value = rest.length === 0 ? from[name] : copyPath(inner(from, name), inner(to, name), rest);
  const { [name]: _, ...others } = to;
  return value === undefined ? others : { ...others, [name]: value };
}

function inner(fields: Fields, name: string): Fields {
  const value = fields[name];
  return isRecord(value) ? value : {};
}
