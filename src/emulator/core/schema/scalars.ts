/** Parses scalars of proto3 JSON: numbers and booleans may be strings, int64 usually is. */
import { decodeBase64 } from "../protocol/base64.ts";
import { isRecord } from "../protocol/json.ts";

interface ScalarResult {
  readonly value: unknown;
}

/** @returns undefined when the value is not of that type. */
export function readScalar(type: string, json: unknown): ScalarResult | undefined {
  switch (type) {
    case "string":
      return typeof json === "string" ? { value: json } : undefined;
    case "bool":
      return readBool(json);
    case "int32":
      return readInteger(json, 2 ** 31);
    case "int64":
      return readInteger(json, 2 ** 63);
    case "float":
    case "double":
      return readNumber(json);
    case "bytes":
    case "base64":
      return readBytes(type, json);
    case "struct":
      return isRecord(json) ? { value: json } : undefined;
    default:
      return { value: json };
  }
}

/** Google's JSON transcoding ignores case and accepts `-` for `_`: its own examples write `"type": "object"`. */
export function readEnum(names: readonly string[], json: unknown): string | undefined {
  if (typeof json === "number") return names[json];
  if (typeof json !== "string") return undefined;
  const name = json.replaceAll("-", "_").toUpperCase();
  return names.includes(name) ? name : undefined;
}

function readBool(json: unknown): ScalarResult | undefined {
  if (typeof json === "boolean") return { value: json };
  return json === "true" || json === "false" ? { value: json === "true" } : undefined;
}

function readNumber(json: unknown): ScalarResult | undefined {
  if (typeof json === "number") return { value: json };
  if (typeof json !== "string" || json.trim() === "") return undefined;
  const value = Number(json);
  return Number.isNaN(value) && json !== "NaN" ? undefined : { value };
}

function readInteger(json: unknown, bound: number): ScalarResult | undefined {
  const read = readNumber(json);
  const value = read?.value;
  if (typeof value !== "number" || !Number.isInteger(value)) return undefined;
  return value >= -bound && value < bound ? read : undefined;
}

function readBytes(type: string, json: unknown): ScalarResult | undefined {
  if (typeof json !== "string") return undefined;
  const bytes = decodeBase64(json);
  if (bytes === undefined) return undefined;
  return { value: type === "bytes" ? bytes : json };
}

/** Whether free-form JSON nests at most `depth` levels. */
export function isWithinDepth(value: unknown, depth: number): boolean {
  if (typeof value !== "object" || value === null) return true;
  if (depth <= 0) return false;
  return Object.values(value).every((inner) => isWithinDepth(inner, depth - 1));
}
