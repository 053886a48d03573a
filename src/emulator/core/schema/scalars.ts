/** Single values of proto3 JSON: numbers may be written as strings, int64 usually is, booleans may be. */
import { decodeBase64 } from "../protocol/base64.ts";
import { isRecord } from "../protocol/json.ts";

interface ScalarResult {
  readonly value: unknown;
}

/** The value, or undefined when it is not of that type. */
export function readScalar(type: string, given: unknown): ScalarResult | undefined {
  switch (type) {
    case "string":
      return typeof given === "string" ? { value: given } : undefined;
    case "bool":
      return readBool(given);
    case "int32":
      return readInteger(given, 2 ** 31);
    case "int64":
      return readInteger(given, 2 ** 63);
    case "float":
    case "double":
      return readNumber(given);
    case "bytes":
    case "base64":
      return readBytes(type, given);
    case "struct":
      return isRecord(given) ? { value: given } : undefined;
    default:
      return { value: given };
  }
}

/** Google's JSON transcoding takes an enum's name in any case, `-` for `_`: its own examples write `"type": "object"`. */
export function readEnum(names: readonly string[], given: unknown): string | undefined {
  if (typeof given === "number") return names[given];
  if (typeof given !== "string") return undefined;
  const name = given.replaceAll("-", "_").toUpperCase();
  return names.includes(name) ? name : undefined;
}

function readBool(given: unknown): ScalarResult | undefined {
  if (typeof given === "boolean") return { value: given };
  return given === "true" || given === "false" ? { value: given === "true" } : undefined;
}

function readNumber(given: unknown): ScalarResult | undefined {
  if (typeof given === "number") return { value: given };
  if (typeof given !== "string" || given.trim() === "") return undefined;
  const value = Number(given);
  return Number.isNaN(value) && given !== "NaN" ? undefined : { value };
}

function readInteger(given: unknown, bound: number): ScalarResult | undefined {
  const read = readNumber(given);
  const value = read?.value;
  if (typeof value !== "number" || !Number.isInteger(value)) return undefined;
  return value >= -bound && value < bound ? read : undefined;
}

function readBytes(type: string, given: unknown): ScalarResult | undefined {
  if (typeof given !== "string") return undefined;
  const bytes = decodeBase64(given);
  if (bytes === undefined) return undefined;
  return { value: type === "bytes" ? bytes : given };
}

/** Whether free-form JSON nests no deeper than allowed. */
export function isWithinDepth(value: unknown, depth: number): boolean {
  if (typeof value !== "object" || value === null) return true;
  if (depth <= 0) return false;
  return Object.values(value).every((inner) => isWithinDepth(inner, depth - 1));
}
