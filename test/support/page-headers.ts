import { readFileSync } from "node:fs";
import { join } from "node:path";

const file = join(import.meta.dirname, "../../public/_headers");

/** The headers of a file of the deployed page, from `_headers`: a later block may drop a header of an earlier one. */
export function headersOf(path: string): Map<string, string> {
  const blocks = readFileSync(file, "utf8").split("\n\n");
  const found = new Map<string, string>();
  for (const block of blocks) {
    const lines = block.split("\n").filter((line) => !line.startsWith("#"));
    if (!matches(lines[0] ?? "", path)) continue;
    for (const line of lines.filter((line) => line.startsWith("  ")).map((line) => line.trim())) {
      if (line.startsWith("! ")) found.delete(line.slice(2));
      else found.set(line.slice(0, line.indexOf(": ")), line.slice(line.indexOf(": ") + 2));
    }
  }
  return found;
}

const matches = (pattern: string, path: string): boolean =>
  pattern.endsWith("*") ? path.startsWith(pattern.slice(0, -1)) : path === pattern;
