/** Every rule of `docs/behaviour.md` has a test that names its id, and no test names an id that no rule has. */
import { find, parseSource, type TextFile } from "./source.ts";

const id = /\[([A-Z]+\d+)\]/g;

/** @returns the ids of the rules, in order: list items that begin with an id. */
export const ruleIds = (behaviour: string): string[] =>
  [...behaviour.matchAll(/^\s*- \[([A-Z]+\d+)\]/gm)].map(([, name]) => name ?? "");

/** @returns the ids in the strings of a test file: titles, also those that are put together elsewhere. Comments do not count. */
export function testedIds(test: TextFile): Set<string> {
  const texts = find(parseSource(test).program, "Literal", "TemplateElement").map(
    ({ start, end }) => test.text.slice(start, end),
  );
  return new Set(texts.flatMap((text) => [...text.matchAll(id)].map(([, name]) => name ?? "")));
}

/** @returns one line for each rule that is named twice, is without a test, or is unknown. */
export function checkRuleIds(behaviour: string, tests: readonly TextFile[]): string[] {
  const rules = ruleIds(behaviour);
  const known = new Set(rules);
  const tested = new Map(tests.map((test) => [test.path, testedIds(test)]));
  const anywhere = new Set([...tested.values()].flatMap((ids) => [...ids]));
  return [
    ...[...new Set(rules.filter((rule, at) => rules.indexOf(rule) !== at))].map(
      (rule) => `docs/behaviour.md has [${rule}] twice`,
    ),
    ...[...known].filter((rule) => !anywhere.has(rule)).map((rule) => `[${rule}] has no test`),
    ...[...tested].flatMap(([path, ids]) =>
      [...ids]
        .filter((rule) => !known.has(rule))
        .map((rule) => `${path} names [${rule}], which is no rule`),
    ),
  ];
}
