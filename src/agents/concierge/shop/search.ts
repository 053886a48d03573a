/** Searches the catalogue by text, price, colour, category and age. */
import type { Database, Statement, SqlValue } from "./database.ts";
import { runQuery } from "./database.ts";
import { baseColourOf, wantsCheap, searchTermsOf } from "./search-terms.ts";

export interface SearchFilters {
  readonly query?: string | undefined;
  readonly category?: string | undefined;
  readonly colour?: string | undefined;
  /** An upper limit of the price, exclusive, in dollars. */
  readonly below?: number | undefined;
  /** Of the person who receives it, in years. */
  readonly age?: number | undefined;
}

/** A product, as tools answer it. */
export interface Item {
  readonly id: string;
  readonly name: string;
  readonly price: number;
  readonly colour: string;
  readonly motif: string;
  readonly thing: string;
  readonly category: string;
  readonly stock: number;
  readonly description: string;
}

export interface SearchResult {
  /** The number of all matches. */
  readonly count: number;
  /** False: no product matches all terms, and these match some of them. */
  readonly exact: boolean;
  /** The best matches, best first. */
  readonly items: readonly Item[];
}

const maxResults = 24;

const columns =
  "id, name, price, product.colour, product.motif, product.thing, product.category, stock, product.description";
/** Weights in the order of the index's columns: a name counts more than a description. */
const rank = "bm25(product_words, 8, 8, 4, 3, 1, 2)";

/** Searches the products in stock. @throws ShopUnavailable if the catalogue was never filled. */
export async function search(database: Database, filters: SearchFilters): Promise<SearchResult> {
  const terms = searchTermsOf(filters.query ?? "").map(quote);
  const all = await runSearch(database, filters, terms.join(" AND "));
  if (all.count > 0 || terms.length < 2) return { ...all, exact: true };
  return { ...(await runSearch(database, filters, terms.join(" OR "))), exact: false };
}

/** The products with these ids, in their order; unknown ids are left out. */
export async function itemsOf(database: Database, ids: readonly string[]): Promise<Item[]> {
  const marks = ids.map(() => "?").join(", ");
  const statement = database.prepare(`SELECT ${columns} FROM product WHERE id IN (${marks})`);
  const { results } = await runQuery(statement.bind(...ids).all<Item>());
  return ids.flatMap((id) => results.find((item) => item.id === id) ?? []);
}

/** Quotes a term, which the full-text language could take for an operator. */
const quote = (term: string): string => `"${term.replaceAll('"', "")}"`;

async function runSearch(
  database: Database,
  filters: SearchFilters,
  match: string,
): Promise<Omit<SearchResult, "exact">> {
  const { from, where, values } = conditions(filters, match);
  const statement = (what: string): Statement =>
    database.prepare(`SELECT ${what} FROM ${from} WHERE ${where}`).bind(...values);
  const [counted, best] = await runQuery(
    database.batch<Item & { count: number }>([
      statement("COUNT(*) AS count"),
      orderedStatement(database, filters, match),
    ]),
  );
  return { count: counted?.results[0]?.count ?? 0, items: best?.results ?? [] };
}

function orderedStatement(database: Database, filters: SearchFilters, match: string): Statement {
  const { from, where, values } = conditions(filters, match);
  const order = [
    ...(wantsCheap(filters.query ?? "") ? ["price"] : []),
    // Products for this age precede those for all ages.
    ...(filters.age === undefined ? [] : ["age_to - age_from > 20"]),
    ...(match ? [`ROUND(${rank}, 1)`] : []),
    "liked DESC",
    "number",
  ];
  const sql = `SELECT ${columns} FROM ${from} WHERE ${where} ORDER BY ${order.join(", ")} LIMIT ${maxResults}`;
  return database.prepare(sql).bind(...values);
}

interface Conditions {
  readonly from: string;
  readonly where: string;
  readonly values: SqlValue[];
}

function conditions({ category, colour, below, age }: SearchFilters, match: string): Conditions {
  const all: (readonly [sql: string, ...values: SqlValue[]])[] = [
    ["stock > 0"],
    ...(match ? [["product_words MATCH ?", match] as const] : []),
    ...(category ? [["product.category = ?", category] as const] : []),
    ...(colour ? [["product.colour = ?", baseColourOf(colour)] as const] : []),
    ...(below === undefined ? [] : [["price < ?", below] as const]),
    ...(age === undefined ? [] : [["? BETWEEN age_from AND age_to", age] as const]),
  ];
  const joined = "product JOIN product_words ON product_words.rowid = product.number";
  return {
    from: match ? joined : "product",
    where: all.map(([sql]) => sql).join(" AND "),
    values: all.flatMap(([, ...values]) => values),
  };
}
