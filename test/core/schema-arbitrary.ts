/** Random JSON schemas for property tests. */
import fc from "fast-check";
import { isJsonSchema, type JsonSchema } from "../../src/agent/schema-dialect.ts";

/** Names that objects inherit, that JSON pointers escape, and that are no plain words. */
const name = fc.constantFrom(
  ..."a b __proto__ constructor toString hasOwnProperty length a/b a~b %41 naïve 日本 😀 then $ref".split(
    " ",
  ),
  "",
  "a b",
  "\ud83d",
);

const pattern = fc.constantFrom(
  "^a+$",
  "(a+)+$",
  "(?P<year>\\d{4})",
  "(?i)abc",
  "[[:alpha:]]+",
  "\\p{L}+",
  "\\Aabc\\z",
  "a{1,2}{3}",
  "(",
  "[z-a]",
  "(?<=x)y",
  "^.*$",
  "\ud83d",
);

const text = fc.oneof(fc.string({ unit: "binary", maxLength: 8 }), name);
const value = fc.oneof(
  text,
  fc.integer(),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
  fc.jsonValue(),
);

const ref = fc.oneof(
  fc.constantFrom(
    "#",
    "#/",
    "#/$defs/a",
    "#/$defs/%61",
    "#/definitions/b",
    "#/properties/a",
    "#/properties/__proto__",
    "#/$defs/a~1b",
    "#/anyOf/0",
    "#/%",
    "#a",
    "a",
    "https://example.com/schema.json",
    "",
  ),
  name.map((each) => `#/$defs/${each}`),
);

const type = fc.constantFrom("string", "number", "integer", "boolean", "array", "object", "null");
const anyType = fc.oneof(
  { weight: 8, arbitrary: type },
  { weight: 2, arbitrary: fc.array(type, { maxLength: 4 }) },
  fc.constantFrom("STRING", "Object", "any", "date", ""),
);

/** @param usual only keywords and names that the dialect can express, so that most become declarations. */
const schemas = (usual: boolean) =>
  fc.letrec<{ schema: unknown; object: object }>((tie) => {
    const inner = tie("schema");
    const list = fc.array(inner, { maxLength: 3 });
    const key = usual ? name.filter((each) => each.isWellFormed()) : name;
    const map = fc.dictionary(key, inner, { maxKeys: 4, noNullPrototype: true });
    const count = fc.oneof(fc.nat(9), fc.constantFrom(-1, 1.5, "3", "", null, {}, { toString: 1 }));
    const number = fc.oneof(fc.integer(), fc.double(), fc.constantFrom(true, "1", null));
    const keywords = {
      type: usual ? type : anyType,
      enum: fc.oneof(fc.array(value, { maxLength: 4 }), fc.constant(null)),
      const: value,
      default: value,
      example: value,
      examples: fc.array(value, { maxLength: 2 }),
      title: text,
      description: fc.oneof(text, fc.constant(7)),
      format: fc.constantFrom(
        "date",
        "date-time",
        "email",
        "int32",
        "int64",
        "double",
        "enum",
        "x",
      ),
      nullable: fc.constantFrom(true, false, null, "true"),
      pattern,
      minLength: count,
      maxLength: count,
      minItems: count,
      maxProperties: count,
      minimum: number,
      maximum: number,
      exclusiveMinimum: number,
      exclusiveMaximum: number,
      multipleOf: number,
      uniqueItems: fc.boolean(),
      items: fc.oneof(inner, list),
      prefixItems: list,
      additionalItems: inner,
      properties: fc.oneof({ weight: 6, arbitrary: map }, fc.constantFrom([], null, "x")),
      patternProperties: fc.dictionary(pattern, inner, { maxKeys: 2, noNullPrototype: true }),
      additionalProperties: inner,
      unevaluatedProperties: inner,
      propertyNames: inner,
      required: fc.oneof(fc.array(name, { maxLength: 3 }), fc.constantFrom(true, null)),
      propertyOrdering: fc.array(name, { maxLength: 3 }),
      dependentRequired: fc.dictionary(name, fc.array(name, { maxLength: 2 }), {
        maxKeys: 2,
        noNullPrototype: true,
      }),
      anyOf: list,
      oneOf: list,
      allOf: list,
      not: inner,
      if: inner,
      $ref: ref,
      $defs: map,
      definitions: map,
      $id: text,
      $anchor: name,
      $comment: text,
      "x-order": value,
    };
    const common = usual
      ? (["type", "properties", "items", "anyOf", "oneOf"] as const)
      : (["type", "properties", "items", "anyOf", "allOf", "oneOf", "enum", "$ref"] as const);
    return {
      object: fc
        .tuple(
          fc.subarray([...common], { maxLength: 4 }),
          fc.subarray(
            (Object.keys(keywords) as (keyof typeof keywords)[]).filter(
              (each) => !usual || !unusual.has(each),
            ),
            { maxLength: 4 },
          ),
        )
        .chain(([some, others]) =>
          fc.record(
            Object.fromEntries(
              [...new Set([...some, ...others])].map((each) => [each, keywords[each]]),
            ),
            { noNullPrototype: true },
          ),
        ),
      schema: fc.oneof(
        { maxDepth: 4, withCrossShrink: true },
        {
          weight: 1,
          arbitrary: fc.constantFrom<unknown>(
            { type: "string" },
            {},
            true,
            ...(usual ? [] : [false, null, []]),
          ),
        },
        { weight: 6, arbitrary: tie("object") },
      ),
    };
  });

const unusual = new Set(["not", "if", "$ref", "allOf", "enum", "const", "dependentRequired"]);

const { schema } = schemas(false);
const { schema: usualSchema } = schemas(true);

const mapOf = (inner: fc.Arbitrary<unknown>) =>
  fc.dictionary(inner === usualSchema ? name.filter((each) => each.isWellFormed()) : name, inner, {
    maxKeys: 4,
    noNullPrototype: true,
  });

/** The parameters of a function, as a careless or hostile author writes them, with those of a careful one among them. */
export const jsonSchema: fc.Arbitrary<JsonSchema> = fc.oneof(
  schema.filter(isJsonSchema),
  fc
    .tuple(mapOf(schema), mapOf(schema))
    .map(([properties, $defs]) => ({ type: "object", properties, $defs })),
  fc
    .tuple(mapOf(usualSchema), mapOf(usualSchema))
    .map(([properties, $defs]) => ({ type: "object", properties, $defs })),
);
