/** Finds things in the catalogue: by words, price, colour, kind and age. */
import type { Database, Statement, SqlValue } from "./database.ts";
import { runQuery } from "./database.ts";
import { baseColourOf, wantsCheap, searchTermsOf } from "./words.ts";

export interface SearchFilters {
  readonly query?: string | undefined;
  readonly category?: string | undefined;
  readonly colour?: string | undefined;
  /** Dollars; only what costs less. */
  readonly below?: number | undefined;
  /** Years. */
  readonly age?: number | undefined;
}

/** One thing, as people are told of it. */
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
  /** How many there are, all told. */
  readonly count: number;
  /** False: nothing has all that was asked for, and these have some of it. */
  readonly exact: boolean;
  /** The best, best first. */
  readonly items: readonly Item[];
}

/** As many as anybody pages through. */
export const maxResults = 24;

const columns =
  "id, name, price, product.colour, product.motif, product.thing, product.category, stock, product.description";
/** The words that name a thing count more than what is said about it. In the order of the index's columns. */
const rank = "bm25(product_words, 8, 8, 4, 3, 1, 2)";

/** What is in stock. @throws ShopClosed when the catalogue was never filled. */
export async function search(database: Database, wish: SearchFilters): Promise<SearchResult> {
  const words = searchTermsOf(wish.query ?? "");
  const all = await runSearch(database, wish, words.map(quote).join(" AND "));
  if (all.count > 0 || words.length < 2) return { ...all, exact: true };
  return { ...(await runSearch(database, wish, words.map(quote).join(" OR "))), exact: false };
}

/** The things of these ids, in their order; unknown ones are left out. */
export async function itemsOf(database: Database, ids: readonly string[]): Promise<Item[]> {
  const marks = ids.map(() => "?").join(", ");
  const statement = database.prepare(`SELECT ${columns} FROM product WHERE id IN (${marks})`);
  const { results } = await runQuery(statement.bind(...ids).all<Item>());
  return ids.flatMap((id) => results.find((item) => item.id === id) ?? []);
}

/** Each word as it is: no word is an operator of the full-text language. */
const quote = (word: string): string => `"${word.replaceAll('"', "")}"`;

async function runSearch(
  database: Database,
  wish: SearchFilters,
  match: string,
): Promise<Omit<SearchResult, "exact">> {
  const { from, where, values } = conditions(wish, match);
  const statement = (what: string): Statement =>
    database.prepare(`SELECT ${what} FROM ${from} WHERE ${where}`).bind(...values);
  const [counted, best] = await runQuery(
    database.batch<Item & { count: number }>([
      statement("COUNT(*) AS count"),
      statementInOrder(database, wish, match),
    ]),
  );
  return { count: counted?.results[0]?.count ?? 0, items: best?.results ?? [] };
}

function statementInOrder(database: Database, wish: SearchFilters, match: string): Statement {
  const { from, where, values } = conditions(wish, match);
  const order = [
    ...(wantsCheap(wish.query ?? "") ? ["price"] : []),
    // What is meant for this age alone comes before what is for everybody.
    ...(wish.age === undefined ? [] : ["age_to - age_from > 20"]),
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
