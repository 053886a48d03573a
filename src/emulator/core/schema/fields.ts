/**
 * The grammar of the schema tables: `Message.field` → what proto3 JSON may hold there.
 *
 *     "string"  "int64"  "Schema"  "enum Modality"      one value
 *     "Part[]"                                          a list
 *     "map Schema"                                      string keys
 *     "bool @vertex"                                    known on that surface only
 */

export type Surface = "studio" | "vertex";

export type ScalarType =
  | "string"
  | "bool"
  | "int32"
  | "int64"
  | "double"
  | "float"
  | "bytes"
  | "base64"
  | "json"
  | "struct";

/** `bytes` are decoded; `base64` is checked and kept as text, as in `Part.inlineData`. `json` is anything; `struct` any object. */
const SCALARS: ReadonlySet<string> = new Set<ScalarType>([
  "string",
  "bool",
  "int32",
  "int64",
  "double",
  "float",
  "bytes",
  "base64",
  "json",
  "struct",
]);

export interface SchemaField {
  readonly shape: "one" | "list" | "map";
  readonly kind: "scalar" | "enum" | "message";
  /** A scalar, an enum's name, or a message's name. */
  readonly type: string;
  readonly surface: Surface | undefined;
}

/** Fields by lowerCamel name, in the grammar above. */
export type SchemaFields = Readonly<Record<string, string>>;

export interface SchemaTables {
  readonly messages: Readonly<Record<string, SchemaFields>>;
  readonly enums: Readonly<Record<string, readonly string[]>>;
  /** Messages of which at most one field may be set: the oneof's proto name. */
  readonly oneofs: Readonly<Record<string, string>>;
}

export function parseField(written: string): SchemaField {
  const [text = "", surface] = written.split(" @");
  const shape = text.endsWith("[]") ? "list" : text.startsWith("map ") ? "map" : "one";
  const bare = text.replace(/^map /, "").replace(/\[\]$/, "");
  const kind = bare.startsWith("enum ") ? "enum" : SCALARS.has(bare) ? "scalar" : "message";
  return {
    shape,
    kind,
    type: bare.replace(/^enum /, ""),
    surface: surface === "vertex" || surface === "studio" ? surface : undefined,
  };
}
