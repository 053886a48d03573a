/** Judges a schema as the Live API does: another reading of its reference than the relay's. */
import type { JsonSchema } from "../../src/agent/schema-dialect.ts";

/** The faults of a schema for which the service refuses a whole setup. */
export function faultsOf(schema: JsonSchema, path = "parameters"): string[] {
  const { type, items, properties = {}, required = [], anyOf = [], enum: members } = schema;
  const own: [fault: string, isFault: boolean][] = [
    ["keyword", Object.keys(schema).some((keyword) => !keywords.has(keyword))],
    ["type", typeof type === "string" ? !(type in limits) : type !== undefined],
    ["no type", type === undefined && (anyOf as unknown[]).length < 2],
    ["type beside anyOf", "anyOf" in schema && Object.keys(schema).some((it) => limited.has(it))],
    ["members", members !== undefined && (type !== "STRING" || !isListOfNames(members))],
    ["no items", type === "ARRAY" && items === undefined],
    ["limit of another type", Object.keys(schema).some((it) => isForeign(it, type))],
    [
      "required",
      !(required as string[]).every((name) => Object.hasOwn(properties as object, name)),
    ],
  ];
  const inner: [string, unknown][] = [
    ["items", items],
    ...Object.entries(properties as object),
    ...Object.entries(anyOf as object),
  ];
  return [
    ...own.flatMap(([fault, isFault]) => (isFault ? [`${path}: ${fault}`] : [])),
    ...inner.flatMap(([name, each]) =>
      each === undefined ? [] : faultsOf(each as JsonSchema, `${path}.${name}`),
    ),
  ];
}

const limits: Record<string, readonly string[]> = {
  STRING: ["enum", "format", "minLength", "maxLength", "pattern"],
  NUMBER: ["format", "minimum", "maximum"],
  INTEGER: ["format", "minimum", "maximum"],
  BOOLEAN: [],
  NULL: [],
  ARRAY: ["items", "minItems", "maxItems"],
  OBJECT: ["properties", "required", "propertyOrdering", "minProperties", "maxProperties"],
};
const limited = new Set(["type", ...Object.values(limits).flat()]);
const keywords = new Set([
  ...limited,
  "anyOf",
  "title",
  "description",
  "nullable",
  "default",
  "example",
]);
const isForeign = (keyword: string, type: unknown): boolean =>
  keyword !== "type" && limited.has(keyword) && !limits[type as string]?.includes(keyword);
const isListOfNames = (members: unknown): boolean =>
  Array.isArray(members) &&
  members.length > 0 &&
  members.every((member) => typeof member === "string" && member !== "");
