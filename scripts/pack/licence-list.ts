/** The document of the packages that are shipped. */
import type { ShippedPackage } from "./shipped.ts";

/** @returns Markdown, of the form that the formatter leaves as it is. */
export function licenceList(packages: readonly ShippedPackage[]): string {
  const rows = [
    ["package", "version", "licence", "in"],
    ...packages.map(({ name, version, licence, holders }) => [
      name,
      version,
      licence,
      holders.join(", "),
    ]),
  ];
  const [head = "", ...lines] = aligned(rows);
  return `${introduction}\n${[head, head.replaceAll(/[^|]/gu, "-").replaceAll(/-(?=\|)|(?<=\|)-/gu, " "), ...lines].join("\n")}\n`;
}

const introduction = `# Licences

The packages that the Worker, the page and the emulator's package contain, with their own dependencies.
\`npm run licences\` writes this list from the bundles. The emulator's package has the texts in \`NOTICES.txt\`, and the
page in \`/assets/main.js.LEGAL.txt\`.
`;

function aligned(rows: readonly string[][]): string[] {
  const widths = (rows[0] ?? []).map((_, n) => Math.max(...rows.map((row) => row[n]?.length ?? 0)));
  return rows.map((row) => `| ${row.map((cell, n) => cell.padEnd(widths[n] ?? 0)).join(" | ")} |`);
}
