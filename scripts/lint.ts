/**
 * `node scripts/lint.ts [check …] [--list]`: the project's own checks, all of them or those that are named.
 * Exits with 1 when one fails. `--list` prints every finding instead of the first twenty.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { sharedTypeNames, unusedExports } from "./lint/imports.ts";
import {
  commentLines,
  ledLimit,
  markdownLines,
  nounsInNames,
  nounsInProse,
  shareOf,
  type Finding,
} from "./lint/prose.ts";
import { checkRuleIds } from "./lint/rule-ids.ts";
import { parseSource, readFiles, type Source, type TextFile } from "./lint/source.ts";
import { measureStructure } from "./lint/structure.ts";

const shown = 20;
/** The Worker's configuration names the exports of this file. */
const entryPoint = "src/index.ts";
/**
 * The API for authors of agents: an author names these types, even if no agent of this repository does. Only files
 * directly in the folder are public: `src/agent/runtime` is not.
 */
const authorApi = /^src\/agent\/[^/]+\.ts$/;
/** The client package's API is what its entry points export. */
const packageEntry = /^packages\/[^/]+\/src\/(?:index|react|element)\.tsx?$/;
/** The API for MCP servers: an export is public if the documentation names it. */
const documentedApi = /^src\/mcp\//;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    list: { type: "boolean", default: false },
    root: { type: "string", default: join(import.meta.dirname, "..") },
  },
});
const { root } = values;

const typescript = (folder: string): TextFile[] => readFiles(root, folder, "ts");
const docs = [
  ...readFiles(root, "docs", "md"),
  ...["README.md", "CONTRIBUTING.md"].map((path) => ({
    path,
    text: readFileSync(join(root, path), "utf8"),
  })),
];
const src = [...typescript("src"), ...typescript("packages")];
const sources = src.map(parseSource);

/** Each prints its result and returns whether it holds. */
const checks: Record<string, () => boolean> = {
  prose,
  "type-names": typeNames,
  exports: unused,
  "rule-ids": ruleIds,
  structure,
};

const unknown = positionals.find((name) => !(name in checks));
if (unknown)
  throw new Error(`There is no check "${unknown}": there are ${Object.keys(checks).join(", ")}.`);
const failed = Object.entries(checks)
  .filter(([name]) => positionals.length === 0 || positionals.includes(name))
  .filter(([, check]) => !check())
  .map(([name]) => name);
if (failed.length > 0) console.error(`\nFailed: ${failed.join(", ")}.`);
process.exitCode = failed.length > 0 ? 1 : 0;

function prose(): boolean {
  const tooling = [...typescript("scripts"), ...typescript("bench")];
  const texts = {
    src: src.map((file) => ({ path: file.path, lines: commentLines(file) })),
    docs: docs.map((file) => ({ path: file.path, lines: markdownLines(file) })),
    scripts: tooling.map((file) => ({ path: file.path, lines: commentLines(file) })),
  };
  const shares = Object.entries(texts).map(([name, files]) => {
    const { clauses, led } = shareOf(files);
    const share = led.length / clauses;
    const holds = share <= ledLimit;
    console.log(
      `prose: ${name}: ${percent(share)} of ${clauses} clauses are led by who, what, nobody and the like (at most ${percent(ledLimit)})`,
    );
    if (!holds) list(led);
    return holds;
  });
  const nouns = [
    ...Object.values(texts).flatMap((files) =>
      files.flatMap(({ path, lines }) => nounsInProse(path, lines)),
    ),
    ...[...src, ...tooling].flatMap(nounsInNames),
  ].filter(({ path }) => !path.startsWith("scripts/lint"));
  console.log(`prose: ${nouns.length} story nouns (none may be left)`);
  list(nouns);
  return shares.every(Boolean) && nouns.length === 0;
}

function typeNames(): boolean {
  const isEmulator = ({ path }: Source): boolean => path.startsWith("src/emulator/");
  const isClient = ({ path }: Source): boolean =>
    path.startsWith("src/page/") || path.startsWith("packages/client/src/");
  const isWire = ({ path }: Source): boolean => path.startsWith("src/wire/");
  const relay = sources.filter((source) => !isEmulator(source) && !isClient(source));
  const client = sources.filter((source) => isClient(source) || isWire(source));
  const shared = [...sharedTypeNames(relay), ...sharedTypeNames(client)].map(
    ([name, paths]) => `${name}: ${paths.join(", ")}`,
  );
  console.log(`type-names: ${shared.length} exported type names are declared more than once`);
  print(shared);
  return shared.length === 0;
}

function unused(): boolean {
  const others = ["test", "bench", "scripts"].flatMap(typescript).map(parseSource);
  const documentation = docs.map(({ text }) => text).join("\n");
  const found = unusedExports(sources, [...sources, ...others]).filter(
    ({ path, name }) =>
      path !== entryPoint &&
      !packageEntry.test(path) &&
      !authorApi.test(path) &&
      !(documentedApi.test(path) && new RegExp(`\\b${name}\\b`).test(documentation)),
  );
  console.log(`exports: ${found.length} exports are imported nowhere`);
  print(found.map(({ path, name }) => `${path}: ${name}`));
  return found.length === 0;
}

function ruleIds(): boolean {
  const behaviour = readFileSync(join(root, "docs/behaviour.md"), "utf8");
  const tests = typescript("test").filter(
    // Only folders that a command runs count. The titles planted in the checks' own tests are examples.
    ({ path }) =>
      /^test\/(?:core|worker|emulator|sdk|speech|system|pack|browser|engines|clients)\//.test(
        path,
      ) && path !== "test/core/lint.test.ts",
  );
  const wrong = checkRuleIds(behaviour, tests);
  console.log(`rule-ids: ${wrong.length} rules and tests do not match`);
  print(wrong);
  return wrong.length === 0;
}

function structure(): boolean {
  const measures = measureStructure(sources);
  console.log(`\n| src/conversation | count | limit |\n| --- | --: | --: |`);
  for (const { name, limit, found } of measures)
    console.log(`| ${name} | ${found.length} | ${limit} |`);
  console.log();
  const above = measures.filter(({ limit, found }) => found.length > limit);
  for (const { name, found } of above.filter((measure) => measure.name !== "files")) {
    console.log(`structure: ${name}:`);
    print(found);
  }
  return above.length === 0;
}

function list(findings: readonly Finding[]): void {
  print(findings.map(({ path, line, text }) => `${path}:${line}: ${text}`));
}

function print(lines: readonly string[]): void {
  const some = values.list ? lines : lines.slice(0, shown);
  for (const line of some) console.log(`  ${line}`);
  if (some.length < lines.length)
    console.log(`  … and ${lines.length - some.length} more: node scripts/lint.ts --list`);
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}
