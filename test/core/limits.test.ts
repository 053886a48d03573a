/** The table of limits, and what operators read of it. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readConfig } from "../../src/config.ts";
import { agent } from "../../src/agent/agent.ts";
import { limitDescriptions } from "../../src/core/policy/limit-descriptions.ts";
import { limits, limitValues, type LimitName } from "../../src/core/policy/limits.ts";

const read = (name: string): string =>
  readFileSync(new URL(`../../docs/${name}.md`, import.meta.url), "utf8");

type Row = (typeof limits)[keyof typeof limits];

const number = (value: number): string => value.toLocaleString("en");

function limitOf(row: Row): string {
  if (row.value === Infinity) return "none";
  const limit = `${number(row.value)} ${row.unit}`.trim();
  if (!("burstS" in row)) return limit;
  const perS = row.unit === "a minute" ? row.value / 60 : row.value;
  return `${limit}, ${number(perS * row.burstS)} at once`;
}

function cells(name: LimitName): string[] {
  const row: Row = limits[name];
  const { what, seen, rule } = limitDescriptions[name];
  const setting = "setting" in row ? `\`${row.setting}\`` : "";
  return [what, limitOf(row), setting, `\`${seen}\``, rule];
}

const names = Object.keys(limits) as LimitName[];

/** The rows of the table in a section, without the padding. */
const tableIn = (text: string): string[][] =>
  text
    .split("\n")
    .filter((line) => line.startsWith("| "))
    .map((line) => line.split("|").slice(1, -1))
    .filter((row) => row.length === 5)
    .map((row) => row.map((cell) => cell.trim()));

describe("[LIMIT13] all limits are in one table, which docs/operations.md shows", () => {
  it("with value, setting, error and rule", () => {
    const [, section = ""] = read("operations").split("\n## Limits\n");
    const [, , ...rows] = tableIn(section.split("\n## ")[0] ?? "");
    expect(rows).toEqual(names.map(cells));
  });

  it.each(names.map((name) => limitDescriptions[name]))("the rule of $what exists", ({ rule }) => {
    expect(read("behaviour")).toContain(`- [${rule}]`);
  });

  it("a setting replaces the value, and a wrong one is named", () => {
    const agents = [agent({ name: "ada", model: "m" })] as const;
    const settings = { GEMINI_API_KEY: "k", LIMIT_AUDIO: "2", LIMIT_DIALS: "5" };
    const defaults = limitValues({});
    expect(readConfig(settings, agents).limits).toEqual({ ...defaults, audio: 2, dials: 5 });
    for (const row of Object.values(limits))
      if ("setting" in row)
        expect(() => readConfig({ ...settings, [row.setting]: "many" }, agents)).toThrow(
          `${row.setting} must be a number`,
        );
  });
});
