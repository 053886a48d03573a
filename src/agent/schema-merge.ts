/** Combines schemas of the Live API's dialect: alternatives, intersections, and what a model's parameters must be. */
import type { Schema } from "@google/genai";
import { SchemaRefusal, type SchemaBudget } from "./schema-budget.ts";

/** A Schema whose `type` is a plain string, not the SDK's enum. Without a type it limits nothing yet. */
export interface Draft extends Omit<Schema, "type" | "items" | "properties" | "anyOf"> {
  type?: string;
  /** Limits without a keyword in the dialect: sentences that `finish` appends to the description. */
  notes?: readonly string[];
  items?: Draft;
  properties?: Record<string, Draft>;
  anyOf?: Draft[];
}

/** Keywords that describe a value and do not limit it: only these may stand beside `anyOf`. */
const annotations = ["title", "description", "default", "example", "nullable", "notes"] as const;

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

/**
 * One draft as it is, several under `anyOf`, each once. A nullable one makes the whole nullable, and so does one for
 * null alone.
 */
export function withAlternatives(drafts: readonly Draft[], budget: SchemaBudget): Draft {
  const values = drafts.filter(({ type }) => type !== "NULL");
  if (values.length === 0) return { type: "NULL" };
  const nullable = values.length < drafts.length || drafts.some((draft) => draft.nullable);
  const plain = values
    .map(withoutNullable)
    .flatMap((draft) => (Object.keys(draft).join() === "anyOf" ? (draft.anyOf ?? []) : [draft]));
  for (const draft of plain) budget.measured(draft);
  const distinct = distinctDrafts(plain);
  const [only, more] = distinct;
  return { ...(only && !more ? only : { anyOf: distinct }), ...(nullable && { nullable }) };
}

const distinctDrafts = (drafts: readonly Draft[]): Draft[] => [
  ...new Map(drafts.map((draft) => [JSON.stringify(draft), draft])).values(),
];

/** Internal: two parts that no value fits. */
class Contradiction extends SchemaRefusal {}

/**
 * A value must fit both. Keywords of the first precede those of the second.
 * @throws SchemaRefusal if no value can, or the result is too large.
 */
export function mergeDrafts(a: Draft, b: Draft, budget: SchemaBudget): Draft {
  budget.merge();
  const annotated = mergeAnnotations(a, b);
  if (!a.anyOf && !b.anyOf) return budget.measured({ ...mergeLimits(a, b, budget), ...annotated });
  const alternatives: Draft[] = [];
  for (const one of a.anyOf ?? [limitsIn(a)])
    for (const other of b.anyOf ?? [limitsIn(b)])
      alternatives.push(...mergedIfPossible(one, other, budget));
  if (alternatives.length === 0) throw new Contradiction("no value fits all of its parts");
  return budget.measured({ ...withAlternatives(alternatives, budget), ...annotated });
}

function mergeAnnotations(a: Draft, b: Draft): Draft {
  const notes = [...(a.notes ?? []), ...(b.notes ?? [])];
  if (a.pattern !== undefined && b.pattern !== undefined && a.pattern !== b.pattern)
    notes.push(`It also matches ${b.pattern}.`);
  return {
    ...annotationsIn(b),
    ...annotationsIn(a),
    ...((a.nullable === true || b.nullable === true) && { nullable: true }),
    ...(notes.length > 0 && { notes: [...new Set(notes)] }),
  };
}

function mergedIfPossible(a: Draft, b: Draft, budget: SchemaBudget): Draft[] {
  try {
    return [mergeDrafts(a, b, budget)];
  } catch (error) {
    if (error instanceof Contradiction) return [];
    throw error;
  }
}

function mergeLimits(a: Draft, b: Draft, budget: SchemaBudget): Draft {
  const type = mergeTypes(a.type, b.type);
  const members = mergeEnums(a.enum, b.enum);
  const required = [...new Set([...(a.required ?? []), ...(b.required ?? [])])];
  const items = a.items && b.items ? mergeDrafts(a.items, b.items, budget) : (a.items ?? b.items);
  return {
    ...limitsIn(b),
    ...limitsIn(a),
    ...(type !== undefined && { type }),
    ...mergeNumbers(a, b),
    ...(members && { enum: members }),
    ...(items && { items }),
    ...((a.properties ?? b.properties) && { properties: mergeProperties(a, b, budget) }),
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
  const others = new Set(b);
  const members = a.filter((member) => others.has(member));
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
  budget: SchemaBudget,
): Record<string, Draft> {
  const common = Object.entries(a).flatMap(([name, one]) =>
    Object.hasOwn(b, name) ? [[name, mergeDrafts(one, b[name] ?? {}, budget)] as const] : [],
  );
  return { ...a, ...b, ...Object.fromEntries(common) };
}

/**
 * The parameters of a function, which are one object: alternatives become one object with the properties of all.
 * @throws SchemaRefusal if they are not objects.
 */
export function asObject(draft: Draft, budget: SchemaBudget): Draft {
  const { anyOf, ...rest } = withoutNullable(draft);
  if (!anyOf && rest.type === undefined) return { ...rest, type: "OBJECT" };
  const options = anyOf ?? [rest];
  if (!options.every(({ type }) => type === "OBJECT"))
    throw new SchemaRefusal("parameters must be an object");
  return anyOf ? { ...rest, ...unionOf(options, budget) } : rest;
}

function unionOf(options: readonly Draft[], budget: SchemaBudget): Draft {
  const names = [...new Set(options.flatMap(({ properties = {} }) => Object.keys(properties)))];
  const requirements = options.map(({ required }) => new Set(required));
  const properties = names.map((name) => [
    name,
    unionOfValues(
      options.flatMap(({ properties = {} }) =>
        Object.hasOwn(properties, name) ? (properties[name] ?? []) : [],
      ),
      budget,
    ),
  ]);
  const required = names.filter((name) => requirements.every((each) => each.has(name)));
  return {
    type: "OBJECT",
    properties: Object.fromEntries(properties) as Record<string, Draft>,
    ...(required.length > 0 && { required }),
  };
}

/** Of properties that tell the alternatives apart, one list of values. */
function unionOfValues(drafts: readonly Draft[], budget: SchemaBudget): Draft {
  const [first = {}] = drafts;
  const { enum: _, ...rest } = first;
  const members = drafts.flatMap((draft) => draft.enum ?? []);
  return drafts.every((draft) => draft.type === "STRING" && draft.enum)
    ? { ...rest, enum: [...new Set(members)] }
    : withAlternatives(drafts, budget);
}

/** The service accepts neither a value without a type nor a required property that is not declared. */
export function finish(draft: Draft): Draft {
  const { required, propertyOrdering, properties, items, anyOf, notes, ...plain } = draft;
  const rest = { ...plain, ...(notes && { description: joined(plain.description, notes) }) };
  if (draft.type === "NULL") return withoutNullable(rest);
  if (draft.type === undefined && !anyOf) return { ...rest, ...anyValue() };
  if (anyOf?.some(isUntyped)) return { ...rest, ...anyValue() };
  const declared = (names: string[] | undefined) =>
    names?.filter((name) => Object.hasOwn(properties ?? {}, name)) ?? [];
  return {
    ...(anyOf && finishAlternatives(anyOf)),
    ...rest,
    ...(properties && { properties: mapValues(properties, finish) }),
    ...(declared(required).length > 0 && { required: declared(required) }),
    ...(declared(propertyOrdering).length > 0 && { propertyOrdering: declared(propertyOrdering) }),
    ...(items && { items: finish(items) }),
  };
}

/** Alternatives may differ in nothing that can be declared. */
function finishAlternatives(anyOf: readonly Draft[]): Draft {
  const distinct = distinctDrafts(anyOf.map(finish));
  const [only, more] = distinct;
  return only && !more ? only : { anyOf: distinct };
}

function joined(description = "", notes: readonly string[]): string {
  const sentence = description.trimEnd();
  const end = sentence === "" || /[.!?:;,\u3002]$/.test(sentence) ? "" : ".";
  return [`${sentence}${end}`, ...notes].filter(Boolean).join(" ");
}

const isUntyped = ({ type, anyOf }: Draft): boolean => type === undefined && anyOf === undefined;

/** The dialect has no type for all values. */
const anyValue = (): Draft => ({
  anyOf: ["STRING", "NUMBER", "BOOLEAN", "OBJECT"].map((type) => ({ type })),
});

const mapValues = (drafts: Record<string, Draft>, change: (draft: Draft) => Draft) =>
  Object.fromEntries(Object.entries(drafts).map(([name, draft]) => [name, change(draft)]));
