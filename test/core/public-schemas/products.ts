/** Tools as the public MCP servers of products declare them. */
import {
  draft7,
  int,
  integer,
  listOf,
  object,
  objectOf,
  oneOf,
  string,
  text,
  type PublicSchema,
} from "./notation.ts";

export const productSchemas: readonly PublicSchema[] = [
  [
    "slack_post_message",
    object(
      {
        channel_id: { type: "string", description: "The ID of the channel to post to" },
        text: string,
      },
      "channel_id",
      "text",
    ),
    objectOf(
      {
        channel_id: { description: "The ID of the channel to post to", type: "STRING" },
        text: text,
      },
      "channel_id",
      "text",
    ),
  ],
  [
    "slack_list_channels",
    object({
      limit: {
        type: "number",
        description: "Maximum number of channels (default 100, max 200)",
        default: 100,
      },
      cursor: string,
    }),
    objectOf({
      limit: {
        description: "Maximum number of channels (default 100, max 200)",
        default: 100,
        type: "NUMBER",
      },
      cursor: text,
    }),
  ],
  [
    "slack_blocks",
    object(
      {
        blocks: {
          type: "array",
          maxItems: 50,
          items: {
            oneOf: [
              object({ type: { const: "section" }, text: string }, "type", "text"),
              object({ type: { const: "divider" } }, "type"),
              object(
                { type: { const: "image" }, image_url: { type: "string", format: "uri" } },
                "type",
                "image_url",
              ),
            ],
          },
        },
      },
      "blocks",
    ),
    objectOf(
      {
        blocks: {
          type: "ARRAY",
          maxItems: "50",
          items: {
            anyOf: [
              objectOf({ type: oneOf("section"), text: text }, "type", "text"),
              objectOf({ type: oneOf("divider") }, "type"),
              objectOf(
                {
                  type: oneOf("image"),
                  image_url: { type: "STRING", description: "Format: uri." },
                },
                "type",
                "image_url",
              ),
            ],
          },
        },
      },
      "blocks",
    ),
  ],
  [
    "stripe_create_customer",
    object(
      {
        name: string,
        email: { type: "string", format: "email", description: "The email of the customer" },
        metadata: { type: "object", additionalProperties: string },
      },
      "name",
    ),
    objectOf(
      {
        name: text,
        email: { description: "The email of the customer. Format: email.", type: "STRING" },
        metadata: {
          type: "OBJECT",
          description: 'The value of every other key: {"type":"STRING"}.',
        },
      },
      "name",
    ),
  ],
  [
    "stripe_emptyable",
    object({
      address: {
        anyOf: [
          object({
            city: { type: "string", maxLength: 5000 },
            line1: { type: "string", maxLength: 5000 },
          }),
          { type: "string", enum: [""] },
        ],
      },
      coupon: { type: "string", enum: ["", null, "SUMMER"] },
    }),
    objectOf({
      address: {
        anyOf: [
          objectOf({
            city: { type: "STRING", maxLength: "5000" },
            line1: { type: "STRING", maxLength: "5000" },
          }),
          text,
        ],
      },
      coupon: { nullable: true, type: "STRING", enum: ["SUMMER"], format: "enum" },
    }),
  ],
  [
    "stripe_create_price",
    object(
      {
        unit_amount: { type: "integer", exclusiveMinimum: 0 },
        currency: { type: "string", pattern: "^[a-z]{3}$" },
        recurring: {
          type: "object",
          properties: { interval: { enum: ["day", "week", "month", "year"], type: "string" } },
          required: ["interval"],
          additionalProperties: false,
        },
      },
      "unit_amount",
      "currency",
    ),
    objectOf(
      {
        unit_amount: { type: "INTEGER", description: "More than 0." },
        currency: { type: "STRING", pattern: "^[a-z]{3}$" },
        recurring: objectOf({ interval: oneOf("day", "week", "month", "year") }, "interval"),
      },
      "unit_amount",
      "currency",
    ),
  ],
  [
    "linear_create_issue",
    object(
      {
        title: string,
        priority: { type: "number", minimum: 0, maximum: 4, multipleOf: 1 },
        assigneeId: { anyOf: [string, { type: "null" }] },
        dueDate: { type: "string", format: "date" },
      },
      "title",
    ),
    objectOf(
      {
        title: text,
        priority: { type: "NUMBER", minimum: 0, maximum: 4, description: "A multiple of 1." },
        assigneeId: { type: "STRING", nullable: true },
        dueDate: { type: "STRING", description: "Format: date." },
      },
      "title",
    ),
  ],
  [
    "linear_list_issues",
    object({
      createdAt: {
        type: "string",
        description: "ISO-8601 date or duration",
        examples: ["-P1D", "2026-01-01"],
      },
      orderBy: { type: "string", enum: ["createdAt", "updatedAt"], default: "updatedAt" },
      includeArchived: { type: "boolean", default: true },
    }),
    objectOf({
      createdAt: { description: "ISO-8601 date or duration", example: "-P1D", type: "STRING" },
      orderBy: {
        default: "updatedAt",
        type: "STRING",
        enum: ["createdAt", "updatedAt"],
        format: "enum",
      },
      includeArchived: { default: true, type: "BOOLEAN" },
    }),
  ],
  [
    "maps_elevation",
    object(
      {
        locations: {
          type: "array",
          items: object(
            {
              latitude: { type: "number", minimum: -90, maximum: 90 },
              longitude: { type: "number", minimum: -180, maximum: 180 },
            },
            "latitude",
            "longitude",
          ),
        },
      },
      "locations",
    ),
    objectOf(
      {
        locations: listOf(
          objectOf(
            {
              latitude: { type: "NUMBER", minimum: -90, maximum: 90 },
              longitude: { type: "NUMBER", minimum: -180, maximum: 180 },
            },
            "latitude",
            "longitude",
          ),
        ),
      },
      "locations",
    ),
  ],
  [
    "maps_directions",
    object(
      {
        origin: string,
        destination: string,
        mode: { type: "string", enum: ["driving", "walking", "bicycling", "transit"] },
        departure_time: { anyOf: [int, { const: "now" }] },
      },
      "origin",
      "destination",
    ),
    objectOf(
      {
        origin: text,
        destination: text,
        mode: oneOf("driving", "walking", "bicycling", "transit"),
        departure_time: { anyOf: [integer, oneOf("now")] },
      },
      "origin",
      "destination",
    ),
  ],
  [
    "sentry_search_issues",
    {
      ...object(
        {
          organizationSlug: string,
          naturalLanguageQuery: string,
          regionUrl: {
            anyOf: [
              { type: "string", format: "uri", description: "The region URL" },
              { type: "null" },
            ],
            default: null,
          },
          limit: { type: "number", minimum: 1, maximum: 100, default: 10 },
        },
        "organizationSlug",
        "naturalLanguageQuery",
      ),
      $schema: draft7,
    },
    objectOf(
      {
        organizationSlug: text,
        naturalLanguageQuery: text,
        regionUrl: {
          type: "STRING",
          description: "The region URL. Format: uri.",
          nullable: true,
          default: null,
        },
        limit: { default: 10, type: "NUMBER", minimum: 1, maximum: 100 },
      },
      "organizationSlug",
      "naturalLanguageQuery",
    ),
  ],
  [
    "zapier_send_email",
    object(
      {
        instructions: string,
        to: { anyOf: [string, { type: "array", items: string }] },
        "Reply To (optional)": string,
        body_type: { type: "string", enum: ["plain", "html", ""] },
      },
      "instructions",
    ),
    objectOf(
      {
        instructions: text,
        to: { anyOf: [text, listOf(text)] },
        "Reply To (optional)": text,
        body_type: oneOf("plain", "html"),
      },
      "instructions",
    ),
  ],
];
