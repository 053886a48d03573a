/**
 * The grammar of the schema tables: `Message.field` → the JSON that proto3 allows there.
 *
 *     "string"  "int64"  "Schema"  "enum Modality"      one value
 *     "Part[]"                                          a list
 *     "map Schema"                                      string keys
 *     "bool @vertex"                                    known on that surface only
 */

export type Surface = "studio" | "vertex";

type ScalarType =
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

/**
 * `bytes` are decoded; `base64` is validated and stays text, as in `Part.inlineData`. `json` is any value, `struct` any
 * object.
 */
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
  /** The name of a scalar type, an enum or a message. */
  readonly type: string;
  readonly surface: Surface | undefined;
}

/** Field specs by lowerCamel name, in the grammar above. */
export type SchemaFields = Readonly<Record<string, string>>;

export interface SchemaTables {
  readonly messages: Readonly<Record<string, SchemaFields>>;
  readonly enums: Readonly<Record<string, readonly string[]>>;
  /** Messages of which at most one field may be set, with the oneof's proto name. */
  readonly oneofs: Readonly<Record<string, string>>;
}

export function parseField(spec: string): SchemaField {
  const [text = "", surface] = spec.split(" @");
  const shape = text.endsWith("[]") ? "list" : text.startsWith("map ") ? "map" : "one";
  const baseType = text.replace(/^map /, "").replace(/\[\]$/, "");
  const kind = baseType.startsWith("enum ") ? "enum" : SCALARS.has(baseType) ? "scalar" : "message";
  return {
    shape,
    kind,
    type: baseType.replace(/^enum /, ""),
    surface: surface === "vertex" || surface === "studio" ? surface : undefined,
  };
}
