/** The catalogue as SQL: the whole of it, or nothing when it is in there already. */
import type { Product } from "../catalogue/products.ts";
import { draw } from "../draw/picture.ts";
import { pixelsOf } from "../draw/pixels.ts";
import { featuresOf } from "../see/features.ts";

/** Pixels a side at which the pictures are looked at. */
const looked = 64;
/** Rows in one statement: D1 takes statements of up to 100 KB. */
const together = 50;

export interface Seed {
  /** Changes with anything that is sold, or drawn. */
  readonly version: string;
  /** To be run in order, in one transaction, after the migrations. It takes a second: every picture is looked at. */
  readonly statements: () => string[];
}

export function seedOf(products: readonly Product[]): Seed {
  const drawn = products.map(({ look }) => draw(look));
  const version = versionOf(JSON.stringify([products, drawn, looked]));
  return { version, statements: () => statementsOf(products, version) };
}

/** Which catalogue a database holds. */
export const seededVersion = "SELECT version FROM seeded";

function statementsOf(products: readonly Product[], version: string): string[] {
  const rows = products.map((product, at) => rowOf(product, at + 1));
  const chunks = Array.from({ length: Math.ceil(rows.length / together) }, (_, i) =>
    rows.slice(i * together, (i + 1) * together),
  );
  return [
    "DELETE FROM product",
    ...chunks.map((chunk) => `INSERT INTO product VALUES\n${chunk.join(",\n")}`),
    "INSERT INTO product_words (product_words) VALUES ('rebuild')",
    "DELETE FROM seeded",
    `INSERT INTO seeded VALUES (${quoted(version)})`,
  ];
}

function rowOf(product: Product, number: number): string {
  const { id, name, description, category, look, price, ages, stock, liked, also } = product;
  const features = JSON.stringify(featuresOf(pixelsOf(draw(look), looked)) ?? {});
  const words = [id, name, description, category, look.thing, look.motif, look.colour].map(quoted);
  const values = [number, ...words, price, ...ages, stock, liked, quoted(also), quoted(features)];
  return `(${values.join(", ")})`;
}

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** FNV-1a over 53 bits: a changed catalogue has another version. */
function versionOf(text: string): string {
  let [low, high] = [0x811c9dc5, 0x1b873593];
  for (let i = 0; i < text.length; i++) {
    low = Math.imul(low ^ text.charCodeAt(i), 0x01000193);
    high = Math.imul(high ^ text.charCodeAt(i), 0x85ebca6b);
  }
  return `${(low >>> 0).toString(36)}${(high >>> 0).toString(36)}`;
}
