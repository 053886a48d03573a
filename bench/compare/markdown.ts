/** Markdown tables, and their place in docs/benchmarks.md. */
import { readFileSync, writeFileSync } from "node:fs";

/** A table with columns of equal width, as the formatter writes it. @param rows the header first. */
export function markdownTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(3, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[], fill: string): string =>
    `| ${widths.map((width, column) => (cells[column] ?? "").padEnd(width, fill)).join(" | ")} |`;
  const [header = [], ...body] = rows;
  return [line(header, " "), line([], "-"), ...body.map((row) => line(row, " "))].join("\n");
}

const begin = "<!-- The tables of `npm run bench`. -->";
const end = "<!-- The end of the tables. -->";

/** Replaces the tables in a document. @throws Error if it has no place for them. */
export function replaceTables(path: string, tables: string): void {
  const text = readFileSync(path, "utf8");
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`${path} has no line "${begin}" before "${end}"`);
  writeFileSync(path, `${text.slice(0, from + begin.length)}\n\n${tables}\n\n${text.slice(to)}`);
}
