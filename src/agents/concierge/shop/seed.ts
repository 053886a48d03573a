/** Generates the SQL that fills the catalogue's database. */
import type { CatalogueProduct } from "../catalogue/products.ts";
import { draw } from "../draw/picture.ts";
import { pixelsOf } from "../draw/pixels.ts";
import { featuresOf } from "../see/features.ts";

/** Pictures are compared at this width and height, in pixels. */
const pictureSize = 64;
/** D1 takes statements of up to 100 KB. */
const rowsPerStatement = 50;

interface Seed {
  /** A hash of the products and their pictures. */
  readonly version: string;
  /** Must run in order, in one transaction, after the migrations. Takes a second: it rasterises every picture. */
  readonly statements: () => string[];
}

export function seedOf(products: readonly CatalogueProduct[]): Seed {
  const drawn = products.map(({ look }) => draw(look));
  const version = versionOf(JSON.stringify([products, drawn, pictureSize]));
  return { version, statements: () => statementsOf(products, version) };
}

/** Queries the version that a database contains. */
export const seededVersion = "SELECT version FROM seeded";

function statementsOf(products: readonly CatalogueProduct[], version: string): string[] {
  const rows = products.map((product, at) => rowOf(product, at + 1));
  const chunks = Array.from({ length: Math.ceil(rows.length / rowsPerStatement) }, (_, i) =>
    rows.slice(i * rowsPerStatement, (i + 1) * rowsPerStatement),
  );
  return [
    "DELETE FROM product",
    ...chunks.map((chunk) => `INSERT INTO product VALUES\n${chunk.join(",\n")}`),
    "INSERT INTO product_words (product_words) VALUES ('rebuild')",
    "DELETE FROM seeded",
    `INSERT INTO seeded VALUES (${quoted(version)})`,
  ];
}

function rowOf(product: CatalogueProduct, number: number): string {
  const { id, name, description, category, look, price, ages, stock, liked, also } = product;
  const features = JSON.stringify(featuresOf(pixelsOf(draw(look), pictureSize)) ?? {});
  const words = [id, name, description, category, look.thing, look.motif, look.colour].map(quoted);
  const values = [number, ...words, price, ...ages, stock, liked, quoted(also), quoted(features)];
  return `(${values.join(", ")})`;
}

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** Two 32-bit hashes in the style of FNV-1a. */
function versionOf(text: string): string {
  let [low, high] = [0x811c9dc5, 0x1b873593];
  for (let i = 0; i < text.length; i++) {
    low = Math.imul(low ^ text.charCodeAt(i), 0x01000193);
    high = Math.imul(high ^ text.charCodeAt(i), 0x85ebca6b);
  }
  return `${(low >>> 0).toString(36)}${(high >>> 0).toString(36)}`;
}
