/** Combines schemas of the Live API's dialect: alternatives, intersections, and what a model's parameters must be. */
import type { Schema } from "@google/genai";

/** A Schema whose `type` is a plain string, not the SDK's enum. Without a type it limits nothing yet. */
export interface Draft extends Omit<Schema, "type" | "items" | "properties" | "anyOf"> {
  type?: string;
  items?: Draft;
  properties?: Record<string, Draft>;
  anyOf?: Draft[];
}

/** Keywords that describe a value and do not limit it: only these may stand beside `anyOf`. */
const annotations = ["title", "description", "default", "example", "nullable"] as const;

const annotationsIn = (draft: Draft): Draft =>
  Object.fromEntries(
    annotations.flatMap((keyword) => (keyword in draft ? [[keyword, draft[keyword]]] : [])),
  );

const limitsIn = (draft: Draft): Draft =>
  Object.fromEntries(
    Object.entries(draft).filter(
      ([keyword]) => !(annotations as readonly string[]).includes(keyword),
    ),
  );

function withoutNullable(draft: Draft): Draft {
  const { nullable: _, ...rest } = draft;
  return rest;
}

/** One draft as it is, several under `anyOf`, each once. A nullable one makes the whole nullable. */
export function withAlternatives(drafts: readonly Draft[]): Draft {
  const nullable = drafts.some((draft) => draft.nullable);
  const plain = drafts
    .map(withoutNullable)
    .flatMap((draft) => (Object.keys(draft).join() === "anyOf" ? (draft.anyOf ?? []) : [draft]));
  const distinct = [...new Map(plain.map((draft) => [JSON.stringify(draft), draft])).values()];
  const [only, more] = distinct;
  return { ...(only && !more ? only : { anyOf: distinct }), ...(nullable && { nullable }) };
}

/** Internal: two parts that no value fits. */
class Contradiction extends Error {}

/** More would fill the model's window. */
const maxAlternatives = 64;

/**
 * A value must fit both. Keywords of the first precede those of the second.
 * @throws Error if no value can.
 */
export function mergeDrafts(a: Draft, b: Draft): Draft {
  const nullable = a.nullable === true || b.nullable === true;
  const both = { ...annotationsIn(b), ...annotationsIn(a), ...(nullable && { nullable }) };
  if (!a.anyOf && !b.anyOf) return { ...mergeLimits(a, b), ...both };
  const pairs = (a.anyOf ?? [limitsIn(a)]).flatMap((one) =>
    (b.anyOf ?? [limitsIn(b)]).map((other) => [one, other] as const),
  );
  if (pairs.length > maxAlternatives) throw new Error(`it has ${pairs.length} alternatives`);
  const alternatives = pairs.flatMap(([one, other]) => mergedIfPossible(one, other));
  if (alternatives.length === 0) throw new Contradiction("no value fits all of its parts");
  return { ...withAlternatives(alternatives), ...both };
}

function mergedIfPossible(a: Draft, b: Draft): Draft[] {
  try {
    return [mergeDrafts(a, b)];
  } catch (error) {
    if (error instanceof Contradiction) return [];
    throw error;
  }
}

function mergeLimits(a: Draft, b: Draft): Draft {
  const type = mergeTypes(a.type, b.type);
  const members = mergeEnums(a.enum, b.enum);
  const required = [...new Set([...(a.required ?? []), ...(b.required ?? [])])];
  const items = a.items && b.items ? mergeDrafts(a.items, b.items) : (a.items ?? b.items);
  return {
    ...limitsIn(b),
    ...limitsIn(a),
    ...(type !== undefined && { type }),
    ...mergeNumbers(a, b),
    ...(members && { enum: members }),
    ...(items && { items }),
    ...((a.properties ?? b.properties) && { properties: mergeProperties(a, b) }),
    ...(required.length > 0 && { required }),
  };
}

function mergeTypes(a: string | undefined, b: string | undefined): string | undefined {
  if (a === undefined || b === undefined || a === b) return a ?? b;
  const pair = new Set([a, b]);
  if (pair.has("NUMBER") && pair.has("INTEGER")) return "INTEGER";
  throw new Contradiction(`no value is ${a} and ${b}`);
}

function mergeEnums(a: string[] | undefined, b: string[] | undefined): string[] | undefined {
  if (!a || !b) return a ?? b;
  const members = a.filter((member) => b.includes(member));
  if (members.length === 0) throw new Contradiction("its lists of values have none in common");
  return members;
}

const lowerLimits = ["minimum", "minLength", "minItems", "minProperties"] as const;
const upperLimits = ["maximum", "maxLength", "maxItems", "maxProperties"] as const;

/** The stricter limit of two. */
function mergeNumbers(a: Draft, b: Draft): Draft {
  const stricter = (
    keyword: (typeof lowerLimits | typeof upperLimits)[number],
    isStricter: boolean,
  ) =>
    a[keyword] !== undefined && b[keyword] !== undefined
      ? [
          [
            keyword,
            Number(a[keyword]) > Number(b[keyword]) === isStricter ? a[keyword] : b[keyword],
          ],
        ]
      : [];
  return Object.fromEntries([
    ...lowerLimits.flatMap((keyword) => stricter(keyword, true)),
    ...upperLimits.flatMap((keyword) => stricter(keyword, false)),
  ]);
}

function mergeProperties(
  { properties: a = {} }: Draft,
  { properties: b = {} }: Draft,
): Record<string, Draft> {
  const common = Object.entries(a).flatMap(([name, one]) =>
    Object.hasOwn(b, name) ? [[name, mergeDrafts(one, b[name] ?? {})] as const] : [],
  );
  return { ...a, ...b, ...Object.fromEntries(common) };
}

/**
 * The parameters of a function, which are one object: alternatives become one object with the properties of all.
 * @throws Error if they are not objects.
 */
export function asObject(draft: Draft): Draft {
  const { anyOf, ...rest } = withoutNullable(draft);
  const options = anyOf ?? [rest];
  if (!options.every(({ type }) => type === "OBJECT"))
    throw new Error("parameters must be an object");
  return anyOf ? { ...rest, ...unionOf(options) } : rest;
}

function unionOf(options: readonly Draft[]): Draft {
  const names = [...new Set(options.flatMap(({ properties = {} }) => Object.keys(properties)))];
  const properties = names.map((name) => [
    name,
    unionOfValues(options.flatMap(({ properties = {} }) => properties[name] ?? [])),
  ]);
  const required = names.filter((name) =>
    options.every((option) => option.required?.includes(name)),
  );
  return {
    type: "OBJECT",
    properties: Object.fromEntries(properties) as Record<string, Draft>,
    ...(required.length > 0 && { required }),
  };
}

/** Of properties that tell the alternatives apart, one list of values. */
function unionOfValues(drafts: readonly Draft[]): Draft {
  const [first = {}] = drafts;
  const { enum: _, ...rest } = first;
  const members = drafts.flatMap((draft) => draft.enum ?? []);
  return drafts.every((draft) => draft.type === "STRING" && draft.enum)
    ? { ...rest, enum: [...new Set(members)] }
    : withAlternatives(drafts);
}

/** The service accepts neither a value without a type nor a required property that is not declared. */
export function finish(draft: Draft): Draft {
  const { required, propertyOrdering, properties, items, anyOf, ...rest } = draft;
  if (draft.type === undefined && !anyOf) return { ...rest, ...anyValue() };
  if (anyOf?.some(isUntyped)) return { ...rest, ...anyValue() };
  const declared = (names: string[] | undefined) =>
    names?.filter((name) => Object.hasOwn(properties ?? {}, name)) ?? [];
  return {
    ...rest,
    ...(properties && { properties: mapValues(properties, finish) }),
    ...(declared(required).length > 0 && { required: declared(required) }),
    ...(declared(propertyOrdering).length > 0 && { propertyOrdering: declared(propertyOrdering) }),
    ...(items && { items: finish(items) }),
    ...(anyOf && { anyOf: anyOf.map(finish) }),
  };
}

const isUntyped = ({ type, anyOf }: Draft): boolean => type === undefined && anyOf === undefined;

/** The dialect has no type for all values. */
const anyValue = (): Draft => ({
  anyOf: ["STRING", "NUMBER", "BOOLEAN", "OBJECT"].map((type) => ({ type })),
});

const mapValues = (drafts: Record<string, Draft>, change: (draft: Draft) => Draft) =>
  Object.fromEntries(Object.entries(drafts).map(([name, draft]) => [name, change(draft)]));
