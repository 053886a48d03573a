/** Tools as public MCP servers for code, files, data, browsers and documents declare them. */
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

export const serverSchemas: readonly PublicSchema[] = [
  [
    "github_create_issue",
    {
      ...object(
        {
          owner: string,
          repo: string,
          title: string,
          body: string,
          labels: { type: "array", items: string },
          milestone: float,
        },
        "owner",
        "repo",
        "title",
      ),
      additionalProperties: false,
      $schema: draft7,
    },
    objectOf(
      { owner: text, repo: text, title: text, body: text, labels: listOf(text), milestone: number },
      "owner",
      "repo",
      "title",
    ),
  ],
  [
    "github_search_code",
    object(
      {
        q: string,
        order: { type: "string", enum: ["asc", "desc"] },
        per_page: { type: "number", minimum: 1, maximum: 100 },
        page: { type: "number", minimum: 1 },
      },
      "q",
    ),
    objectOf(
      {
        q: text,
        order: oneOf("asc", "desc"),
        per_page: { type: "NUMBER", minimum: 1, maximum: 100 },
        page: { type: "NUMBER", minimum: 1 },
      },
      "q",
    ),
  ],
  [
    "github_review_comments",
    {
      ...object(
        {
          pull: float,
          event: { type: "string", enum: ["APPROVE", "REQUEST_CHANGES", "COMMENT"] },
          comments: {
            type: "array",
            items: {
              anyOf: [
                object({ path: string, position: float, body: string }, "path", "position", "body"),
                object({ path: string, line: float, body: string }, "path", "line", "body"),
              ],
            },
          },
        },
        "pull",
        "event",
      ),
      $schema: draft7,
    },
    objectOf(
      {
        pull: number,
        event: oneOf("APPROVE", "REQUEST_CHANGES", "COMMENT"),
        comments: listOf({
          anyOf: [
            objectOf({ path: text, position: number, body: text }, "path", "position", "body"),
            objectOf({ path: text, line: number, body: text }, "path", "line", "body"),
          ],
        }),
      },
      "pull",
      "event",
    ),
  ],
  [
    "github_list_issues_go",
    object({
      labels: { type: ["null", "array"], items: string },
      state: { type: ["null", "string"], enum: ["open", "closed", null] },
      since: { type: "string", description: "Filter by date (ISO 8601 timestamp)" },
    }),
    objectOf({
      labels: { nullable: true, type: "ARRAY", items: text },
      state: { nullable: true, type: "STRING", enum: ["open", "closed"], format: "enum" },
      since: { description: "Filter by date (ISO 8601 timestamp)", type: "STRING" },
    }),
  ],
  [
    "filesystem_read_multiple_files",
    {
      ...object(
        { paths: { type: "array", items: string, minItems: 1, description: "Paths to read." } },
        "paths",
      ),
      additionalProperties: false,
    },
    objectOf(
      { paths: { description: "Paths to read.", type: "ARRAY", minItems: "1", items: text } },
      "paths",
    ),
  ],
  [
    "filesystem_edit_file",
    {
      ...object(
        {
          path: string,
          edits: {
            type: "array",
            items: {
              ...object(
                { oldText: { type: "string", description: "Must match exactly" }, newText: string },
                "oldText",
                "newText",
              ),
              additionalProperties: false,
            },
          },
          dryRun: { type: "boolean", default: false },
        },
        "path",
        "edits",
      ),
      additionalProperties: false,
      $schema: draft7,
    },
    objectOf(
      {
        path: text,
        edits: listOf(
          objectOf(
            { oldText: { description: "Must match exactly", type: "STRING" }, newText: text },
            "oldText",
            "newText",
          ),
        ),
        dryRun: { default: false, type: "BOOLEAN" },
      },
      "path",
      "edits",
    ),
  ],
  ["postgres_query", object({ sql: string }), objectOf({ sql: text })],
  [
    "postgres_execute",
    object(
      {
        sql: string,
        params: { type: "array", items: {} },
        timeout_ms: { type: "integer", minimum: 1, default: 30000 },
      },
      "sql",
    ),
    objectOf(
      {
        sql: text,
        params: listOf(anything),
        timeout_ms: { default: 30000, type: "INTEGER", minimum: 1 },
      },
      "sql",
    ),
  ],
  [
    "playwright_fill_form",
    object(
      {
        fields: {
          type: "array",
          items: object(
            {
              name: string,
              type: {
                type: "string",
                enum: ["textbox", "checkbox", "radio", "combobox", "slider"],
              },
              ref: string,
              value: string,
            },
            "name",
            "type",
            "ref",
            "value",
          ),
        },
      },
      "fields",
    ),
    objectOf(
      {
        fields: listOf(
          objectOf(
            {
              name: text,
              type: oneOf("textbox", "checkbox", "radio", "combobox", "slider"),
              ref: text,
              value: text,
            },
            "name",
            "type",
            "ref",
            "value",
          ),
        ),
      },
      "fields",
    ),
  ],
  [
    "playwright_click",
    {
      ...object(
        {
          element: string,
          ref: string,
          doubleClick: bool,
          button: { type: "string", enum: ["left", "right", "middle"] },
          modifiers: {
            type: "array",
            items: { type: "string", enum: ["Alt", "Control", "ControlOrMeta", "Meta", "Shift"] },
          },
        },
        "element",
        "ref",
      ),
      $schema: draft2020,
      additionalProperties: false,
    },
    objectOf(
      {
        element: text,
        ref: text,
        doubleClick: boolean,
        button: oneOf("left", "right", "middle"),
        modifiers: listOf(oneOf("Alt", "Control", "ControlOrMeta", "Meta", "Shift")),
      },
      "element",
      "ref",
    ),
  ],
  [
    "notion_query_filter",
    {
      ...object({ database_id: string, filter: { $ref: "#/$defs/filter" } }, "database_id"),
      $defs: {
        filter: {
          anyOf: [
            object({ and: { type: "array", items: { $ref: "#/$defs/filter" } } }),
            object({ property: string }),
          ],
        },
      },
    },
    refused('"#/$defs/filter" contains itself, which a Live API model cannot be told'),
  ],
  [
    "notion_create_page",
    object(
      {
        parent: {
          oneOf: [
            object({ page_id: { type: "string", format: "uuid" } }, "page_id"),
            object({ database_id: { type: "string", format: "uuid" } }, "database_id"),
          ],
        },
        properties: { type: "object", additionalProperties: true },
        children: { type: "array", items: { type: "object" } },
      },
      "parent",
      "properties",
    ),
    objectOf(
      {
        parent: {
          anyOf: [
            objectOf({ page_id: { type: "STRING", description: "Format: uuid." } }, "page_id"),
            objectOf(
              { database_id: { type: "STRING", description: "Format: uuid." } },
              "database_id",
            ),
          ],
        },
        properties: { type: "OBJECT" },
        children: listOf({ type: "OBJECT" }),
      },
      "parent",
      "properties",
    ),
  ],
  [
    "notion_rich_text",
    {
      ...object(
        { title: { type: "array", items: { $ref: "#/$defs/richText" }, minItems: 1 } },
        "title",
      ),
      $defs: {
        richText: {
          type: "object",
          properties: {
            text: object({ content: { type: "string", maxLength: 2000 } }, "content"),
            type: { enum: ["text"] },
          },
          required: ["text"],
        },
      },
    },
    objectOf(
      {
        title: {
          type: "ARRAY",
          minItems: "1",
          items: objectOf(
            {
              text: objectOf({ content: { type: "STRING", maxLength: "2000" } }, "content"),
              type: oneOf("text"),
            },
            "text",
          ),
        },
      },
      "title",
    ),
  ],
];
