/** Tools made of OpenAPI descriptions, and by generators of PHP, Java, Kotlin, C# and Go. */
import {
  anything,
  bool,
  boolean,
  draft2020,
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

export const openApiSchemas: readonly PublicSchema[] = [
  [
    "openapi30_nullable_ref",
    {
      ...object({
        owner: {
          nullable: true,
          allOf: [{ $ref: "#/definitions/Owner" }],
          description: "Who owns it.",
        },
      }),
      definitions: {
        Owner: {
          ...object(
            { name: string, age: { type: "integer", format: "int32", nullable: true } },
            "name",
          ),
          description: "An owner.",
        },
      },
    },
    objectOf({
      owner: {
        ...objectOf(
          { name: text, age: { nullable: true, type: "INTEGER", format: "int32" } },
          "name",
        ),
        description: "Who owns it.",
        nullable: true,
      },
    }),
  ],
  [
    "openapi30_exclusive",
    object({
      price: { type: "number", format: "double", minimum: 0, exclusiveMinimum: true },
      share: { type: "number", maximum: 1, exclusiveMaximum: false },
    }),
    objectOf({
      price: { type: "NUMBER", format: "double", description: "More than 0." },
      share: { type: "NUMBER", maximum: 1 },
    }),
  ],
  [
    "openapi30_discriminator",
    {
      ...object(
        {
          pet: {
            oneOf: [{ $ref: "#/definitions/Cat" }, { $ref: "#/definitions/Dog" }],
            discriminator: { propertyName: "kind", mapping: { cat: "#/definitions/Cat" } },
          },
        },
        "pet",
      ),
      definitions: {
        Cat: object({ kind: { type: "string", enum: ["cat"] }, indoor: bool }, "kind"),
        Dog: object(
          { kind: { type: "string", enum: ["dog"] }, size: { type: "string", enum: ["s", "l"] } },
          "kind",
        ),
      },
    },
    objectOf(
      {
        pet: {
          anyOf: [
            objectOf({ kind: oneOf("cat"), indoor: boolean }, "kind"),
            objectOf({ kind: oneOf("dog"), size: oneOf("s", "l") }, "kind"),
          ],
        },
      },
      "pet",
    ),
  ],
  [
    "openapi30_component",
    object({ pet: { $ref: "#/components/schemas/Pet" } }),
    refused('"#/components/schemas/Pet" leads nowhere'),
  ],
  [
    "openapi30_annotations",
    object({
      id: {
        type: "string",
        readOnly: true,
        xml: { attribute: true },
        externalDocs: { url: "https://example.com" },
        deprecated: true,
        "x-internal": true,
      },
      secret: { type: "string", format: "password", writeOnly: true, example: "hunter2" },
    }),
    objectOf({ id: text, secret: { example: "hunter2", type: "STRING" } }),
  ],
  [
    "openapi30_map_of_lists",
    object({ query: { type: "object", additionalProperties: { type: "array", items: int } } }),
    objectOf({
      query: {
        type: "OBJECT",
        description: 'The value of every other key: {"type":"ARRAY","items":{"type":"INTEGER"}}.',
      },
    }),
  ],
  [
    "openapi31_types",
    object({
      name: { type: ["string", "null"], examples: ["Ada", "Alan"] },
      count: { type: ["integer", "string"], minimum: 1, maxLength: 4 },
    }),
    objectOf({
      name: { example: "Ada", nullable: true, type: "STRING" },
      count: {
        anyOf: [
          { type: "INTEGER", minimum: 1 },
          { type: "STRING", maxLength: "4" },
        ],
      },
    }),
  ],
  [
    "openapi31_const",
    {
      ...object(
        {
          version: { const: 2 },
          kind: { const: "Pod" },
          spec: { $ref: "#/$defs/Spec", description: "What to run." },
        },
        "version",
        "kind",
      ),
      $defs: {
        Spec: { ...object({ image: string }, "image"), description: "A spec.", title: "Spec" },
      },
    },
    objectOf(
      {
        version: { type: "INTEGER", description: "One of: 2." },
        kind: oneOf("Pod"),
        spec: { ...objectOf({ image: text }, "image"), title: "Spec", description: "What to run." },
      },
      "version",
      "kind",
    ),
  ],
  [
    "openapi31_ref_with_limits",
    {
      ...object({
        item: { $ref: "#/$defs/Base", properties: { extra: string }, required: ["extra"] },
      }),
      $defs: { Base: object({ id: int }, "id") },
    },
    objectOf({ item: objectOf({ extra: text, id: integer }, "extra", "id") }),
  ],
  [
    "openapi31_any_of_required",
    object({
      to: {
        ...object({ email: string, phone: string }),
        anyOf: [{ required: ["email"] }, { required: ["phone"] }],
      },
    }),
    objectOf({
      to: {
        anyOf: [
          objectOf({ email: text, phone: text }, "email"),
          objectOf({ email: text, phone: text }, "phone"),
        ],
      },
    }),
  ],
  [
    "openapi31_media",
    object({
      photo: { type: "string", contentEncoding: "base64", contentMediaType: "image/png" },
      when: { type: "string", format: "date-time" },
    }),
    objectOf({ photo: text, when: { type: "STRING", format: "date-time" } }),
  ],
  [
    "openapi31_unevaluated",
    object({ labels: { type: "object", unevaluatedProperties: { type: "boolean" } } }),
    objectOf({
      labels: { type: "OBJECT", description: 'The value of every other key: {"type":"BOOLEAN"}.' },
    }),
  ],
  ["swagger2_file", object({ upload: { type: "file" } }), refused('"file" is not a type')],
  [
    "swagger2_string_numbers",
    object({
      size: { type: "string", enum: [1, 2, 4] },
      level: { type: "integer", enum: ["1", "2"] },
    }),
    objectOf({
      size: { type: "STRING", description: "One of: 1, 2, 4." },
      level: { type: "INTEGER", description: 'One of: "1", "2".' },
    }),
  ],
  [
    "php_empty_objects",
    {
      type: "object",
      properties: { options: { type: "object", properties: [] }, value: [] },
      required: [],
    },
    objectOf({ options: { type: "OBJECT" }, value: anything }),
  ],
  [
    "java_springdoc",
    object({
      id: { type: "integer", format: "int64" },
      created: { type: "string", format: "date-time" },
      ratio: { type: "number", format: "float" },
      tags: { type: "array", uniqueItems: true, items: string },
    }),
    objectOf({
      id: { type: "INTEGER", format: "int64" },
      created: { type: "STRING", format: "date-time" },
      ratio: { type: "NUMBER", format: "float" },
      tags: { type: "ARRAY", description: "No item twice.", items: text },
    }),
  ],
  [
    "java_jackson_inheritance",
    {
      ...object({
        shape: { allOf: [{ $ref: "#/definitions/Shape" }, object({ radius: float }, "radius")] },
      }),
      definitions: {
        Shape: { ...object({ type: string }, "type"), discriminator: { propertyName: "type" } },
      },
    },
    objectOf({ shape: objectOf({ type: text, radius: number }, "type", "radius") }),
  ],
  [
    "kotlin_map",
    object({
      scores: { type: "object", additionalProperties: { type: "integer", format: "int32" } },
      mode: { enum: ["A", "B"] },
    }),
    objectOf({
      scores: {
        type: "OBJECT",
        description: 'The value of every other key: {"type":"INTEGER","format":"int32"}.',
      },
      mode: oneOf("A", "B"),
    }),
  ],
  [
    "csharp_nswag",
    {
      ...object({ address: { oneOf: [{ type: "null" }, { $ref: "#/definitions/Address" }] } }),
      definitions: {
        Address: {
          type: "object",
          additionalProperties: false,
          properties: { city: { type: ["null", "string"] } },
        },
      },
    },
    objectOf({
      address: { ...objectOf({ city: { nullable: true, type: "STRING" } }), nullable: true },
    }),
  ],
  [
    "csharp_number_or_text",
    object({
      amount: { type: ["string", "number"], pattern: "^-?(?:0|[1-9]\\d*)(?:\\.\\d+)?$" },
      day: { enum: ["Mon", "Tue"] },
    }),
    objectOf({
      amount: { anyOf: [{ type: "STRING", pattern: "^-?(?:0|[1-9]\\d*)(?:\\.\\d+)?$" }, number] },
      day: oneOf("Mon", "Tue"),
    }),
  ],
  [
    "csharp_tree",
    object({
      node: { type: ["object", "null"], properties: { left: { $ref: "#/properties/node" } } },
    }),
    refused('"#/properties/node" contains itself, which a Live API model cannot be told'),
  ],
  [
    "go_invopop_root",
    {
      $schema: draft2020,
      $id: "https://example.com/args",
      $ref: "#/$defs/Args",
      $defs: {
        Args: {
          ...object(
            { Name: string, Labels: { type: "object", additionalProperties: string } },
            "Name",
          ),
          additionalProperties: false,
        },
      },
    },
    objectOf(
      {
        Name: text,
        Labels: { type: "OBJECT", description: 'The value of every other key: {"type":"STRING"}.' },
      },
      "Name",
    ),
  ],
  [
    "go_pattern_map",
    object({
      env: { type: "object", patternProperties: { ".*": string } },
      ports: {
        type: "object",
        patternProperties: { "^[0-9]+$": int },
        additionalProperties: false,
      },
    }),
    objectOf({
      env: { type: "OBJECT", description: 'The value of every other key: {"type":"STRING"}.' },
      ports: {
        type: "OBJECT",
        description: 'The value of every key that matches ^[0-9]+$: {"type":"INTEGER"}.',
      },
    }),
  ],
  [
    "go_duration",
    object(
      {
        timeout: { type: "string", format: "duration" },
        backoff: { type: "integer", description: "In ns." },
      },
      "timeout",
    ),
    objectOf(
      {
        timeout: { type: "STRING", description: "Format: duration." },
        backoff: { description: "In ns.", type: "INTEGER" },
      },
      "timeout",
    ),
  ],
];
