/**
 * Checks values by JSON Schema: a model's arguments, and a remote tool's results.
 *
 * It skips what cannot be checked here: a wrong check refuses values that the tool accepts. Skipped are keywords and
 * types that it does not know, limits that are no numbers, patterns of other languages, formats that the standard only
 * annotates, references that lead nowhere, and all that is left after `maxSteps`.
 */
import { isJsonSchema, type JsonSchema } from "./schema-dialect.ts";

type Path = readonly (string | number)[];

/** References and alternatives may multiply without end. */
const maxSteps = 10_000;
/** Arguments have a hundred levels at most, and a reference may lead to itself. */
const maxDepth = 400;
/** Each entry of a list is compared with all others. */
const maxCompared = 500;
/** The model needs no more to mend its call. */
const maxErrors = 8;

/** @returns the value with the defaults of properties that it lacks, or what is wrong with it. */
export function checkBySchema(
  schema: JsonSchema,
  value: unknown,
): { readonly value: unknown } | { readonly error: string } {
  const check = new SchemaCheck(schema);
  const checked = check.run(schema, value, []);
  const errors = check.errors.slice(0, maxErrors);
  return errors.length > 0 ? { error: errors.join("\n") } : { value: checked };
}

class SchemaCheck {
  readonly errors: string[] = [];
  readonly #root: JsonSchema;
  #steps = 0;
  #depth = 0;

  constructor(root: JsonSchema) {
    this.#root = root;
  }

  /** @returns the value with defaults. */
  run(schema: unknown, value: unknown, path: Path): unknown {
    if (schema === false) this.#fail(path, "is not expected");
    if (!isJsonSchema(schema) || this.#steps++ > maxSteps || this.#depth > maxDepth) return value;
    if (value === null && schema["nullable"] === true) return value;
    this.#depth++;
    const result = this.#runSchema(schema, value, path);
    this.#depth--;
    return result;
  }

  #runSchema(schema: JsonSchema, value: unknown, path: Path): unknown {
    const typed = this.#isOfType(schema["type"], value);
    if (!typed) this.#fail(path, `must be ${namesOf(schema["type"])}, not ${nameOf(value)}`);
    this.#checkChoice(schema, value, path);
    return this.#runParts(schema, typed ? this.#runContents(schema, value, path) : value, path);
  }

  #runContents(schema: JsonSchema, value: unknown, path: Path): unknown {
    if (typeof value === "string") this.#checkText(schema, value, path);
    if (typeof value === "number") this.#checkNumber(schema, value, path);
    if (Array.isArray(value)) return this.#runList(schema, value, path);
    return isJsonSchema(value) ? this.#runObject(schema, value, path) : value;
  }

  /** Other schemas that the value must fit, too. */
  #runParts(schema: JsonSchema, value: unknown, path: Path): unknown {
    const { $ref, allOf } = schema;
    let result = value;
    if (typeof $ref === "string") result = this.run(this.#resolve($ref), result, path);
    for (const part of listOf(allOf)) result = this.run(part, result, path);
    // The model is told `anyOf`: it cannot know that two alternatives must not fit at once.
    for (const choice of [schema["anyOf"], schema["oneOf"]])
      result = this.#runChoice(listOf(choice), result, path);
    return result;
  }

  #runChoice(choice: readonly unknown[], value: unknown, path: Path): unknown {
    const before = this.errors.length;
    for (const each of choice) {
      const result = this.run(each, value, path);
      if (this.errors.length === before) return result;
      // Of one alternative the model must know what is wrong.
      if (choice.length > 1) this.errors.length = before;
    }
    if (choice.length > 1) this.#fail(path, "fits none of its alternatives");
    return value;
  }

  #resolve(reference: string): unknown {
    if (!/^#(\/|$)/.test(reference)) return undefined;
    const names = reference.split("/").slice(1).map(unescapePointer);
    return names.reduce<unknown>(
      (at, name) =>
        typeof at === "object" && at !== null && Object.hasOwn(at, name)
          ? (at as JsonSchema)[name]
          : undefined,
      this.#root,
    );
  }

  #isOfType(type: unknown, value: unknown): boolean {
    const names = [type].flat().map((name) => String(name).toLowerCase());
    return (
      names.length === 0 ||
      names.some((name) => !Object.hasOwn(isOf, name) || isOf[name]?.(value) === true)
    );
  }

  #checkChoice(schema: JsonSchema, value: unknown, path: Path): void {
    const { enum: choice } = schema;
    if (Array.isArray(choice) && choice.length > 0 && !choice.some((each) => isEqual(each, value)))
      this.#fail(path, `must be one of ${choice.map((each) => JSON.stringify(each)).join(", ")}`);
    const fixed = schema["const"];
    if (fixed !== undefined && !isEqual(fixed, value))
      this.#fail(path, `must be ${JSON.stringify(fixed)}`);
  }

  #checkText(
    { minLength, maxLength, pattern, format }: JsonSchema,
    text: string,
    path: Path,
  ): void {
    this.#checkCount(Array.from(text).length, [minLength, maxLength], "characters", path);
    const expected = typeof pattern === "string" ? regExpOf(pattern) : undefined;
    if (expected && !expected.test(text)) this.#fail(path, `must match ${String(pattern)}`);
    if (typeof format === "string" && Object.hasOwn(formats, format) && !formats[format]?.(text))
      this.#fail(path, `must be a ${format}`);
  }

  #checkNumber(schema: JsonSchema, value: number, path: Path): void {
    const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema;
    const fails = (limit: unknown, isWrong: (limit: number) => boolean, words: string): void => {
      if (typeof limit === "number" && isWrong(limit))
        this.#fail(path, `must be ${words} ${limit}`);
    };
    fails(minimum, (limit) => value < limit, "at least");
    fails(maximum, (limit) => value > limit, "at most");
    fails(exclusiveMinimum, (limit) => value <= limit, "above");
    fails(exclusiveMaximum, (limit) => value >= limit, "below");
    fails(multipleOf, (limit) => limit > 0 && !isMultiple(value, limit), "a multiple of");
  }

  #runList(schema: JsonSchema, list: readonly unknown[], path: Path): unknown {
    const { items, prefixItems, additionalItems, minItems, maxItems, uniqueItems } = schema;
    this.#checkCount(list.length, [minItems, maxItems], "entries", path);
    if (
      uniqueItems === true &&
      list.length <= maxCompared &&
      list.some((one, at) => list.slice(0, at).some((other) => isEqual(one, other)))
    )
      this.#fail(path, "has an entry twice");
    // Older drafts have the first entries' schemas in `items`.
    const first = Array.isArray(items) ? items : listOf(prefixItems);
    const rest = Array.isArray(items) ? additionalItems : items;
    return list.map((each, at) =>
      this.run(at < first.length ? first[at] : rest, each, [...path, at]),
    );
  }

  #runObject(schema: JsonSchema, object: JsonSchema, path: Path): unknown {
    const { required, minProperties, maxProperties, propertyNames } = schema;
    const names = Object.keys(object);
    this.#checkCount(names.length, [minProperties, maxProperties], "properties", path);
    for (const name of listOf(required))
      if (typeof name === "string" && !Object.hasOwn(object, name))
        this.#fail([...path, name], "is missing");
    const entries = names.map((name): [string, unknown] => {
      this.run(propertyNames, name, [...path, name]);
      return [name, this.#runProperty(schema, name, object[name], [...path, name])];
    });
    return Object.fromEntries([...entries, ...defaultsOf(schema, object)]);
  }

  #runProperty(schema: JsonSchema, name: string, value: unknown, path: Path): unknown {
    const { properties, patternProperties, additionalProperties } = schema;
    const own =
      isJsonSchema(properties) && Object.hasOwn(properties, name) ? [properties[name]] : [];
    const matching = Object.entries(isJsonSchema(patternProperties) ? patternProperties : {});
    const others = matching.filter(([pattern]) => regExpOf(pattern)?.test(name) ?? true);
    const schemas = [...own, ...others.map(([, each]) => each)];
    return (schemas.length > 0 ? schemas : [additionalProperties]).reduce<unknown>(
      (result, each) => this.run(each, result, path),
      value,
    );
  }

  #checkCount(count: number, [least, most]: readonly unknown[], what: string, path: Path): void {
    if (typeof least === "number" && count < least)
      this.#fail(path, `must have at least ${least} ${what}, and has ${count}`);
    if (typeof most === "number" && count > most)
      this.#fail(path, `must have at most ${most} ${what}, and has ${count}`);
  }

  #fail(path: Path, reason: string): void {
    this.errors.push(`${path.length > 0 ? path.join(".") : "The value"} ${reason}.`);
  }
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** JSON Schema's types. */
const isOf: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === "string",
  number: (value) => typeof value === "number",
  integer: Number.isInteger,
  boolean: (value) => typeof value === "boolean",
  null: (value) => value === null,
  array: Array.isArray,
  object: isJsonSchema,
};

const namesOf = (type: unknown): string =>
  [type]
    .flat()
    .map((name) => String(name).toLowerCase())
    .join(" or ");

const nameOf = (value: unknown): string =>
  value === null ? "null" : Array.isArray(value) ? "array" : typeof value;

/** Those that the standard defines exactly, in the form that all its readers accept. */
const formats: Readonly<Record<string, (text: string) => boolean>> = {
  date: (text) => /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text)),
  time: (text) => /^\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?$/i.test(text),
  "date-time": (text) => /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d/.test(text),
  uri: (text) => URL.canParse(text),
};

/** The defaults of properties that an object lacks. */
function defaultsOf({ properties }: JsonSchema, object: JsonSchema): [string, unknown][] {
  if (!isJsonSchema(properties)) return [];
  return Object.entries(properties).flatMap(([name, each]): [string, unknown][] =>
    isJsonSchema(each) && each["default"] !== undefined && !Object.hasOwn(object, name)
      ? [[name, each["default"]]]
      : [],
  );
}

/** Without the `u` flag other languages' patterns may compile, and then mean something else. */
function regExpOf(pattern: string): RegExp | undefined {
  try {
    return new RegExp(pattern, "u");
  } catch {
    return undefined;
  }
}

/** Fractions of decimal numbers have rests in binary. */
function isMultiple(value: number, of: number): boolean {
  const times = value / of;
  return Math.abs(times - Math.round(times)) <= 1e-9 * Math.max(1, Math.abs(times));
}

const unescapePointer = (name: string): string => {
  const plain = name.replaceAll("~1", "/").replaceAll("~0", "~");
  try {
    return decodeURIComponent(plain);
  } catch {
    return plain;
  }
};

/** Whether two values of JSON are equal. */
function isEqual(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null)
    return false;
  const names = Object.keys(one);
  return (
    Array.isArray(one) === Array.isArray(other) &&
    names.length === Object.keys(other).length &&
    names.every(
      (name) =>
        Object.hasOwn(other, name) &&
        isEqual((one as JsonSchema)[name], (other as JsonSchema)[name]),
    )
  );
}
