import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { mutations } from "../mutations/all.ts";

it.each(
  Object.values(mutations)
    .flat()
    .map((mutation) => [mutation.rules.join(", "), mutation] as const),
)("[MUTANT1] the mutation for %s applies", (_rules, { rules, file, find, replace, test }) => {
  expect(readFileSync(file, "utf8").split(find), `${find} in ${file}`).toHaveLength(2);
  expect(replace).not.toBe(find);
  const tests = readFileSync(test.split(" ")[1] ?? "", "utf8");
  for (const rule of rules) expect(tests).toContain(`[${rule}]`);
});
