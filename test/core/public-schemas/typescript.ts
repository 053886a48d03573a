/** Tools of generators in TypeScript, and of older drafts of JSON Schema. */
import {
  anything,
  bool,
  boolean,
  draft2020,
  draft7,
  float,
  listOf,
  number,
  object,
  objectOf,
  oneOf,
  refused,
  string,
  text,
  type PublicSchema,
} from "./notation.ts";

export const typeScriptSchemas: readonly PublicSchema[] = [
  [
    "zod3_ref_to_sibling",
    {
      ...object(
        { from: object({ city: string }, "city"), to: { $ref: "#/properties/from" } },
        "from",
      ),
      $schema: draft7,
    },
    objectOf(
      { from: objectOf({ city: text }, "city"), to: objectOf({ city: text }, "city") },
      "from",
    ),
  ],
  [
    "zod3_named",
    {
      $ref: "#/definitions/Args",
      definitions: { Args: { ...object({ id: string }, "id"), additionalProperties: false } },
      $schema: draft7,
    },
    objectOf({ id: text }, "id"),
  ],
  [
    "zod3_undefined",
    object({ note: { anyOf: [{ not: {} }, string] }, never: { not: {} } }),
    objectOf({ note: text }),
  ],
  [
    "zod3_intersection",
    object({
      both: {
        allOf: [
          object({ a: string }, "a"),
          object({ b: { type: "number", exclusiveMinimum: 3 } }, "b"),
        ],
        unevaluatedProperties: false,
      },
    }),
    objectOf({
      both: objectOf({ a: text, b: { type: "NUMBER", description: "More than 3." } }, "a", "b"),
    }),
  ],
  [
    "zod4_record",
    object({
      votes: { type: "object", propertyNames: { type: "string" }, additionalProperties: float },
      by_day: {
        type: "object",
        propertyNames: { type: "string", enum: ["mon", "tue"] },
        additionalProperties: bool,
        required: ["mon", "tue"],
      },
    }),
    objectOf({
      votes: { type: "OBJECT", description: 'The value of every other key: {"type":"NUMBER"}.' },
      by_day: objectOf({ mon: boolean, tue: boolean }, "mon", "tue"),
    }),
  ],
  [
    "zod4_int_and_uuid",
    {
      ...object(
        {
          n: { type: "integer", minimum: -9007199254740991, maximum: 9007199254740991 },
          id: { type: "string", format: "uuid", pattern: "^([0-9a-f]{8})$" },
        },
        "n",
        "id",
      ),
      $schema: draft2020,
      additionalProperties: false,
    },
    objectOf(
      {
        n: { type: "INTEGER", minimum: -9007199254740991, maximum: 9007199254740991 },
        id: { type: "STRING", pattern: "^([0-9a-f]{8})$", description: "Format: uuid." },
      },
      "n",
      "id",
    ),
  ],
  [
    "zod4_recursive",
    object({ value: float, next: { anyOf: [{ $ref: "#" }, { type: "null" }] } }, "value", "next"),
    refused('"#" contains itself, which a Live API model cannot be told'),
  ],
  [
    "zod4_nullable_enum",
    object({
      size: { anyOf: [{ type: "string", enum: ["s", "m"] }, { type: "null" }] },
      mixed: { anyOf: [{ const: 1 }, { const: "one" }, { const: true }] },
    }),
    objectOf({
      size: { type: "STRING", enum: ["s", "m"], format: "enum", nullable: true },
      mixed: {
        anyOf: [
          { type: "INTEGER", description: "One of: 1." },
          oneOf("one"),
          { type: "BOOLEAN", description: "One of: true." },
        ],
      },
    }),
  ],
  [
    "typebox_union",
    object(
      {
        mode: {
          anyOf: [
            { const: "fast", type: "string" },
            { const: "slow", type: "string" },
          ],
        },
        tags: { type: "object", patternProperties: { "^(.*)$": string } },
      },
      "mode",
    ),
    objectOf(
      {
        mode: { anyOf: [oneOf("fast"), oneOf("slow")] },
        tags: { type: "OBJECT", description: 'The value of every other key: {"type":"STRING"}.' },
      },
      "mode",
    ),
  ],
  [
    "typebox_named",
    {
      ...object({ to: { $ref: "User" } }),
      $defs: { User: { $id: "User", ...object({ name: string }, "name") } },
    },
    objectOf({ to: objectOf({ name: text }, "name") }),
  ],
  [
    "typebox_this",
    object({
      tree: { $id: "T0", ...object({ children: { type: "array", items: { $ref: "T0" } } }) },
    }),
    refused('"T0" contains itself, which a Live API model cannot be told'),
  ],
  [
    "effect_unknown",
    {
      ...object({
        value: { $id: "/schemas/unknown", title: "unknown" },
        list: { type: "array", items: [string], additionalItems: float },
      }),
      $schema: draft7,
    },
    objectOf({
      value: { title: "unknown", anyOf: [text, number, boolean, { type: "OBJECT" }] },
      list: listOf({ anyOf: [text, number] }),
    }),
  ],
  [
    "valibot_picklist",
    object({
      choice: { enum: ["a", "b", null] },
      nothing: { type: "null" },
      exact: { type: "array", items: [bool, string], minItems: 2, additionalItems: false },
    }),
    objectOf({
      choice: { nullable: true, type: "STRING", enum: ["a", "b"], format: "enum" },
      nothing: { type: "NULL" },
      exact: { type: "ARRAY", minItems: "2", items: { anyOf: [boolean, text] } },
    }),
  ],
  [
    "draft4_dependencies",
    {
      id: "http://example.com/s",
      $schema: "http://json-schema.org/draft-04/schema#",
      ...object({ card: string, address: string }),
      dependencies: { card: ["address"] },
    },
    { ...objectOf({ card: text, address: text }), description: '"card" requires "address".' },
  ],
  [
    "draft3_required",
    {
      type: "object",
      properties: { id: { type: "string", required: true }, any: { required: true } },
    },
    objectOf({ id: text, any: anything }, "id", "any"),
  ],
  [
    "hand_written_json5",
    object({
      temp: { type: "STRING" },
      unit: { type: "String", enum: ["C", "F"] },
      list: { type: "ARRAY" },
    }),
    objectOf({ temp: text, unit: oneOf("C", "F"), list: listOf(text) }),
  ],
];
