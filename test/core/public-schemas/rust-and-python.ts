/** Tools of generators in Rust and Python. */
import {
  boolean,
  float,
  int,
  integer,
  number,
  object,
  objectOf,
  oneOf,
  refused,
  string,
  text,
  type PublicSchema,
} from "./notation.ts";

export const rustAndPythonSchemas: readonly PublicSchema[] = [
  [
    "rust_schemars_option",
    {
      ...object({
        page: { anyOf: [{ $ref: "#/definitions/Page" }, { type: "null" }] },
        limit: { type: ["integer", "null"], format: "uint32", minimum: 0 },
      }),
      definitions: {
        Page: object({ offset: { type: "integer", format: "uint", minimum: 0 } }, "offset"),
      },
    },
    objectOf({
      page: { ...objectOf({ offset: { type: "INTEGER", minimum: 0 } }, "offset"), nullable: true },
      limit: { nullable: true, type: "INTEGER", minimum: 0 },
    }),
  ],
  [
    "rust_enum_with_docs",
    object({
      order: {
        oneOf: [
          { description: "Oldest first.", type: "string", enum: ["Asc"] },
          { description: "Newest first.", type: "string", enum: ["Desc"] },
        ],
      },
    }),
    objectOf({
      order: {
        anyOf: [
          { type: "STRING", enum: ["Asc"], format: "enum", description: "Oldest first." },
          { type: "STRING", enum: ["Desc"], format: "enum", description: "Newest first." },
        ],
      },
    }),
  ],
  [
    "rust_serde_tagged",
    object(
      {
        action: {
          oneOf: [
            {
              ...object({ Move: object({ x: int, y: int }, "x", "y") }, "Move"),
              additionalProperties: false,
            },
            { type: "string", enum: ["Stop"] },
          ],
        },
      },
      "action",
    ),
    objectOf(
      {
        action: {
          anyOf: [
            objectOf({ Move: objectOf({ x: integer, y: integer }, "x", "y") }, "Move"),
            oneOf("Stop"),
          ],
        },
      },
      "action",
    ),
  ],
  [
    "pydantic1",
    {
      title: "Args",
      ...object(
        {
          unit: { title: "Unit", default: "c", allOf: [{ $ref: "#/definitions/Unit" }] },
          days: { title: "Days", exclusiveMinimum: 0, type: "integer" },
        },
        "days",
      ),
      definitions: {
        Unit: { title: "Unit", description: "An enumeration.", enum: ["c", "f"], type: "string" },
      },
    },
    {
      ...objectOf(
        {
          unit: {
            type: "STRING",
            enum: ["c", "f"],
            format: "enum",
            title: "Unit",
            description: "An enumeration.",
            default: "c",
          },
          days: { title: "Days", type: "INTEGER", description: "More than 0." },
        },
        "days",
      ),
      title: "Args",
    },
  ],
  [
    "pydantic2_optional",
    {
      title: "SearchArgs",
      ...object(
        {
          query: { title: "Query", type: "string" },
          limit: {
            anyOf: [{ type: "integer", maximum: 50 }, { type: "null" }],
            default: null,
            title: "Limit",
          },
        },
        "query",
      ),
    },
    {
      ...objectOf(
        {
          query: { title: "Query", type: "STRING" },
          limit: { type: "INTEGER", maximum: 50, nullable: true, title: "Limit", default: null },
        },
        "query",
      ),
      title: "SearchArgs",
    },
  ],
  [
    "pydantic2_tuple",
    object({
      pair: { type: "array", prefixItems: [string, int], minItems: 2, maxItems: 2 },
      point: { type: "array", prefixItems: [float, float], items: false, minItems: 2, maxItems: 2 },
    }),
    objectOf({
      pair: { type: "ARRAY", minItems: "2", maxItems: "2", items: { anyOf: [text, integer] } },
      point: { type: "ARRAY", minItems: "2", maxItems: "2", items: number },
    }),
  ],
  [
    "pydantic2_decimal",
    object(
      {
        price: {
          anyOf: [
            { type: "number", minimum: 0 },
            { type: "string", pattern: "^(?!^[-+.]*$)[+-]?0*\\d*\\.?\\d*$" },
          ],
          title: "Price",
        },
      },
      "price",
    ),
    objectOf(
      {
        price: {
          anyOf: [
            { type: "NUMBER", minimum: 0 },
            { type: "STRING", pattern: "^(?!^[-+.]*$)[+-]?0*\\d*\\.?\\d*$" },
          ],
          title: "Price",
        },
      },
      "price",
    ),
  ],
  [
    "pydantic2_discriminated",
    {
      ...object(
        {
          pet: {
            discriminator: {
              mapping: { cat: "#/$defs/Cat", dog: "#/$defs/Dog" },
              propertyName: "kind",
            },
            oneOf: [{ $ref: "#/$defs/Cat" }, { $ref: "#/$defs/Dog" }],
          },
        },
        "pet",
      ),
      $defs: {
        Cat: {
          title: "Cat",
          ...object({ kind: { const: "cat", title: "Kind", type: "string" } }, "kind"),
        },
        Dog: {
          title: "Dog",
          ...object({ kind: { const: "dog", title: "Kind", type: "string" }, age: int }, "kind"),
        },
      },
    },
    objectOf(
      {
        pet: {
          anyOf: [
            {
              ...objectOf(
                { kind: { title: "Kind", type: "STRING", enum: ["cat"], format: "enum" } },
                "kind",
              ),
              title: "Cat",
            },
            {
              ...objectOf(
                {
                  kind: { title: "Kind", type: "STRING", enum: ["dog"], format: "enum" },
                  age: integer,
                },
                "kind",
              ),
              title: "Dog",
            },
          ],
        },
      },
      "pet",
    ),
  ],
  [
    "pydantic2_recursive",
    {
      ...object({ tree: { $ref: "#/$defs/Node" } }),
      $defs: { Node: object({ children: { type: "array", items: { $ref: "#/$defs/Node" } } }) },
    },
    refused('"#/$defs/Node" contains itself, which a Live API model cannot be told'),
  ],
  [
    "pydantic2_dict_any",
    object({
      data: { type: "object", additionalProperties: true },
      anything: { title: "Anything" },
      url: { type: "string", format: "uri", minLength: 1, maxLength: 2083 },
    }),
    objectOf({
      data: { type: "OBJECT" },
      anything: { title: "Anything", anyOf: [text, number, boolean, { type: "OBJECT" }] },
      url: { type: "STRING", minLength: "1", maxLength: "2083", description: "Format: uri." },
    }),
  ],
  [
    "python_pattern",
    object({
      year: { type: "string", pattern: "(?P<year>\\d{4})" },
      code: { type: "string", pattern: "(?i)^[a-z]+\\Z" },
    }),
    objectOf({
      year: { type: "STRING", pattern: "(?P<year>\\d{4})" },
      code: { type: "STRING", pattern: "(?i)^[a-z]+\\Z" },
    }),
  ],
];
