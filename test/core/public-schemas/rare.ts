/** Tools that cannot be declared, and rare forms. */
import {
  bool,
  boolean,
  draft2020,
  int,
  integer,
  object,
  objectOf,
  oneOf,
  refused,
  string,
  text,
  type PublicSchema,
} from "./notation.ts";

export const rareSchemas: readonly PublicSchema[] = [
  [
    "conditional",
    {
      ...object({ country: string, zip: string }),
      if: { properties: { country: { const: "US" } } },
      else: { required: ["zip"] },
    },
    refused('"if" cannot be told to a Live API model'),
  ],
  [
    "forbidden_pair",
    { ...object({ a: string, b: string }), not: { required: ["a", "b"] } },
    refused('"not" cannot be told to a Live API model'),
  ],
  [
    "excluded_values",
    object({ name: { type: "string", not: { enum: ["root", "admin"] } } }),
    objectOf({ name: { type: "STRING", description: 'None of: "root", "admin".' } }),
  ],
  [
    "dependent_schemas",
    { ...object({ a: string }), dependentSchemas: { a: { required: ["b"] } } },
    refused('"dependentSchemas" cannot be told to a Live API model'),
  ],
  [
    "contains",
    object({ list: { type: "array", contains: { const: 1 } } }),
    refused('"contains" cannot be told to a Live API model'),
  ],
  ["any_type", object({ x: { type: "any" } }), refused('"any" is not a type')],
  ["python_types", object({ x: { type: "str" } }), refused('"str" is not a type')],
  [
    "contradiction",
    object({ x: { allOf: [string, int] } }),
    refused("no value is STRING and INTEGER"),
  ],
  [
    "remote",
    object({ x: { $ref: "https://example.com/schemas/user.json" } }),
    refused('"https://example.com/schemas/user.json" leads nowhere'),
  ],
  ["no_parameters", { $schema: draft2020, type: "object", additionalProperties: false }, undefined],
  ["no_schema", {}, undefined],
  [
    "alternatives_at_the_top",
    { anyOf: [object({ id: string }, "id"), object({ name: string }, "name")] },
    objectOf({ id: text, name: text }),
  ],
  ["list_at_the_top", { type: "array", items: string }, refused("parameters must be an object")],
  [
    "inherited_names",
    object({ constructor: string, toString: int, ["__proto__"]: bool }, "constructor"),
    objectOf({ constructor: text, toString: integer, ["__proto__"]: boolean }, "constructor"),
  ],
  [
    "unicode_names",
    object({ 名前: string, größe: { enum: ["klein", "groß"] }, "😀": bool }, "名前"),
    objectOf({ 名前: text, größe: oneOf("klein", "groß"), "😀": boolean }, "名前"),
  ],
];
