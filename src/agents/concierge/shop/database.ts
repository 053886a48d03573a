/** The part of Cloudflare's D1 that the shop uses; tests substitute it. */

import { ToolError } from "../../../agent/tool.ts";

export type SqlValue = string | number;

// oxlint-disable typescript/no-unnecessary-type-parameters -- as D1 types its rows: the caller knows them

export interface Statement {
  bind(...values: SqlValue[]): Statement;
  all<Row>(): Promise<{ results: Row[] }>;
}

export interface Database {
  prepare(sql: string): Statement;
  batch<Row>(statements: Statement[]): Promise<{ results: Row[] }[]>;
}

/** The message is for the model. */
class ShopUnavailable extends ToolError {}

/** @throws ShopUnavailable if the Worker has no binding to a catalogue. */
export function databaseOf(env: object): Database {
  const database = "CATALOGUE" in env ? env.CATALOGUE : undefined;
  if (!isDatabase(database))
    throw new ShopUnavailable(
      "The shop's catalogue is not connected, so nothing can be looked up right now.",
    );
  return database;
}

const isDatabase = (value: unknown): value is Database =>
  typeof value === "object" && value !== null && "prepare" in value && "batch" in value;

/** @throws ShopUnavailable in place of the database's own error if the catalogue has no tables. */
export async function runQuery<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (/no such table/.test(String(error)))
      throw new ShopUnavailable(
        "The shop's catalogue is still empty: it has to be filled with `npm run seed`.",
        {
          cause: error,
        },
      );
    throw error;
  }
}
