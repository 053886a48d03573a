import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { closes } from "../../src/emulator/core/protocol/close-codes.ts";
import { profiles } from "../../src/emulator/core/profiles/all.ts";
import { readFault } from "../../src/emulator/core/faults/parse-faults.ts";
import { readScenario } from "../../src/emulator/core/scenario.ts";
import { helpText } from "../../src/emulator/node/help.ts";

const read = (name: string) => readFile(new URL(`../../docs/${name}`, import.meta.url), "utf8");
const guide = await read("emulator.md");

test("[EMU64] the guide's scenario and every fault of its table parse", () => {
  const [, scenario = ""] = /```json\n(.*?)```/su.exec(guide) ?? [];
  expect(readScenario(JSON.parse(scenario)).faults).toHaveLength(2);
  const rows = guide.match(/^\| `\{".*?`/gmu) ?? [];
  expect(rows.length).toBeGreaterThan(10);
  for (const row of rows) {
    const what = row.slice(3, -1).replace('"end": …', '"end": "silence"');
    const whole = what.replace('"code", "reason"', '"code": 1011');
    expect(readFault({ what: JSON.parse(whole) })).toBeDefined();
  }
});

test("[EMU64] the guide names every option, model and close", () => {
  for (const [option] of helpText.matchAll(/--[a-z-]+ /gu))
    expect(`${guide} `).toContain(option.trim());
  for (const { name } of profiles) expect(guide).toContain(`\`${name}\``);
  for (const name of Object.keys(closes)) expect(guide).toContain(`\`${name}\``);
});

test("[EMU64] each number of the checklist has rules, and each rule exists", async () => {
  const behaviour = await read("behaviour.md");
  const rows = [...guide.matchAll(/^\| (\d+|—) +\| .*? \| (.*?) +\|$/gmu)];
  const numbers = rows.flatMap(([, number = ""]) => (number === "—" ? [] : [Number(number)]));
  expect(numbers).toEqual(Array.from({ length: 38 }, (_, i) => i + 1));
  for (const [, number = "", rules = ""] of rows) {
    if (number !== "—") expect(rules.split(/[ ,–]+/u)).toContain(`EMU${number}`);
    for (const rule of rules.split(/[ ,–]+/u)) expect(behaviour).toContain(`- [${rule}] `);
  }
});
