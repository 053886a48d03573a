/**
 * Converts a value that an author's code returned to JSON. `JSON.stringify` turns a Map, a Set, an Error, a Response and
 * more into `{}` without an error; here each becomes what it holds, or a text that names it and says what to return.
 */
import { ToolError, untoldFailure } from "../errors.ts";
import { wellFormed } from "../../wire/text.ts";

/**
 * In levels. Protobuf's parsers allow about 100, and a level of free JSON takes three of them. The service closes the
 * session with 1007 at a deeper message.
 */
const maxLevels = 30;

/**
 * @param ancestors the objects that contain the value.
 * @param levels objects and lists below them become a text of JSON.
 * @returns undefined for a value that JSON omits: undefined itself.
 * @throws TypeError if the value contains itself.
 */
export function toPlainJson(
  value: unknown,
  ancestors: readonly object[] = [],
  levels = maxLevels,
): unknown {
  const unsupported = unsupportedValue(value);
  if (unsupported !== undefined) return `[${unsupported}]`;
  if (typeof value === "string") return wellFormed(value);
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  // As protobuf's JSON writes an int64.
  if (typeof value === "bigint") return String(value);
  if (typeof value !== "object" || value === null) return value;
  if (ancestors.includes(value)) throw new TypeError("The value contains itself.");
  const inner = [...ancestors, value];
  // What an error writes of itself has its message, and perhaps the request that failed.
  if (hasToJson(value) && !isError(value)) return toPlainJson(value.toJSON(), inner, levels);
  if (inner.length > levels) return flattened(value, ancestors, levels);
  return objectToPlain(value, { ancestors: inner, levels });
}

/** @throws TypeError if the value contains itself. */
function flattened(value: object, ancestors: readonly object[], levels: number): string {
  try {
    const json = JSON.stringify(toPlainJson(value, ancestors, Infinity));
    return `[Nested deeper than ${levels} levels, so written as text: ${json}]`;
  } catch (error) {
    // The stack is exhausted.
    if (error instanceof RangeError)
      return `[Nested far deeper than ${levels} levels; the rest is cut.]`;
    throw error;
  }
}

interface Place {
  readonly ancestors: readonly object[];
  readonly levels: number;
}

/** Why no JSON stands for a value, as a text that names it and says what to return; undefined if some does. */
export function unsupportedValue(value: unknown): string | undefined {
  if (typeof value === "function")
    return `a function${nameOf(value)}: call it, and return its result`;
  if (typeof value === "symbol") return "a symbol: return a text";
  if (typeof value !== "object" || value === null) return undefined;
  const type = typeOf(value);
  const hint = type.endsWith(" Iterator") ? "return a list of its values" : hints.get(type);
  if (hint !== undefined) return `${withArticle(type)}: ${hint}`;
  if (isBinary(value) && !numberLists.has(type))
    return `${withArticle(type)} of ${value.byteLength} bytes: return text or data`;
  if (type === "Date") return Number.isNaN(Number(value)) ? "an invalid Date" : undefined;
  return isOpaque(value, type)
    ? `${withArticle(classOf(value))} without fields: return an object with fields`
    : undefined;
}

/** Why `JSON.stringify` would change a value in silence, as a text; undefined if it keeps it, or omits it as a function. */
export function lossyValue(value: unknown): string | undefined {
  if (typeof value === "function") return undefined;
  const unsupported = unsupportedValue(value);
  if (unsupported !== undefined) return unsupported;
  if (typeof value === "bigint") return "a BigInt: use a number or a text";
  if (typeof value === "number") return Number.isFinite(value) ? undefined : String(value);
  if (typeof value !== "object" || value === null || hasToJson(value)) return undefined;
  const type = typeOf(value);
  return known.has(type) || isError(value) || isBinary(value)
    ? `${withArticle(type)}: use an object, a list or a text`
    : undefined;
}

const hints: ReadonlyMap<string, string> = new Map([
  ["Response", "read it, and return `await response.json()` or `await response.text()`"],
  ["Request", "return its fields"],
  ["Blob", "return its text"],
  ["File", "return its text"],
  ["ReadableStream", "read it, and return its text"],
  ["WritableStream", "return text or data"],
  ["Promise", "await it"],
  ["Generator", "return a list of its values"],
  ["AsyncGenerator", "declare the tool with `streamingTool`"],
  ["WeakMap", "return a Map"],
  ["WeakSet", "return a Set"],
  ["WeakRef", "return its target"],
]);

/** Typed arrays of numbers, not of bytes. */
const numberLists: ReadonlySet<string> = new Set([
  "Int16Array",
  "Uint16Array",
  "Int32Array",
  "Uint32Array",
  "Float32Array",
  "Float64Array",
  "BigInt64Array",
  "BigUint64Array",
]);

/** Types of a known form, which have no fields of their own. */
const known: ReadonlySet<string> = new Set([
  "Map",
  "Set",
  "RegExp",
  "URLSearchParams",
  "Headers",
  "FormData",
]);

/** Whether JSON would be `{}` for an object of a class, which holds more than that. */
const isOpaque = (value: object, type: string): boolean =>
  !known.has(type) &&
  !Array.isArray(value) &&
  !isError(value) &&
  !isBoxed(value) &&
  !hasToJson(value) &&
  isInstance(value) &&
  Object.keys(value).length === 0;

function objectToPlain(value: object, place: Place): unknown {
  const each = (inner: unknown): unknown =>
    toPlainJson(inner, place.ancestors, place.levels) ?? null;
  if (value instanceof ToolError)
    return { error: wellFormed(value.message || value.name), ...fieldsOf(value, place) };
  if (isError(value)) return { error: untoldFailure };
  if (isBoxed(value)) return toPlainJson(value.valueOf());
  if (Array.isArray(value) || ArrayBuffer.isView(value))
    return Array.from(value as Iterable<unknown>, each);
  switch (typeOf(value)) {
    case "Set":
      return Array.from(value as Set<unknown>, each);
    case "Map":
      return entriesToPlain([...(value as Map<unknown, unknown>)], place);
    case "Headers":
    case "FormData":
      return entriesToPlain([...(value as Iterable<[string, unknown]>)], place);
    case "RegExp":
    case "URLSearchParams":
      return wellFormed((value as RegExp).toString());
    default:
      return fieldsOf(value, place);
  }
}

/** An object, or a list of pairs if a key is no text or occurs twice. */
function entriesToPlain(entries: readonly [unknown, unknown][], place: Place): unknown {
  const names = entries.map(([key]) =>
    typeof key === "string" || typeof key === "number" ? `${key}` : undefined,
  );
  const distinct = new Set(names).size === names.length && !names.includes(undefined);
  return distinct
    ? fieldsOf(Object.fromEntries(entries), place)
    : entries.map((pair) => toPlainJson(pair, place.ancestors, place.levels));
}

function fieldsOf(value: object, { ancestors, levels }: Place): Record<string, unknown> {
  const fields = Object.entries(value).map(
    ([key, inner]: [string, unknown]) =>
      [key.toWellFormed(), toPlainJson(inner, ancestors, levels)] as const,
  );
  return Object.fromEntries(fields.filter(([, inner]) => inner !== undefined));
}

const hasToJson = (value: object): value is { toJSON(): unknown } =>
  "toJSON" in value && typeof value.toJSON === "function";

const isError = (value: object): value is Error =>
  value instanceof Error || typeOf(value) === "Error";

const isBoxed = (value: object): boolean =>
  ["Number", "String", "Boolean", "BigInt"].includes(typeOf(value));

const isInstance = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype !== null && Object.getPrototypeOf(prototype) !== null;
};

const isBinary = (value: object): value is ArrayBuffer | ArrayBufferView =>
  value instanceof ArrayBuffer || ArrayBuffer.isView(value);

const withArticle = (name: string): string => `${/^[AEIO]/i.test(name) ? "an" : "a"} ${name}`;

const typeOf = (value: object): string => Object.prototype.toString.call(value).slice(8, -1);

const classOf = (value: object): string =>
  (value.constructor as { name?: string } | undefined)?.name || typeOf(value);

const nameOf = ({ name }: { readonly name: string }): string => (name ? ` ${name}` : "");
