/** The code blocks of README.md and docs/agents.md work to the letter: as files of a copy of this project. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseSync } from "oxc-parser";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { settingNames } from "../../src/environment.ts";

const root = join(import.meta.dirname, "../..");
const documents = ["README.md", "docs/agents.md"];

interface Block {
  readonly document: string;
  readonly language: string;
  readonly code: string;
}

const blocks: readonly Block[] = documents.flatMap((document) =>
  [...readFileSync(join(root, document), "utf8").matchAll(/^```(\w*)\n(.*?)^```$/gmsu)].map(
    ([, language = "", code = ""]) => ({ document, language, code }),
  ),
);
const inLanguages = (...languages: string[]): readonly Block[] =>
  blocks.filter(({ language }) => languages.includes(language));

/** Of a block that is a whole file. */
const pathOf = ({ code }: Block): string =>
  /^\/\/ (src\/agents\/[\w/-]+\.ts)\b/u.exec(code)?.[1] ?? "";

const packageJson = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  scripts: Record<string, string>;
  devEngines: { runtime: { version: string } };
};

describe("[DOCS1] the TypeScript of README.md and docs/agents.md is whole files that compile and load", () => {
  const copy = mkdtempSync(join(tmpdir(), "parley-docs-"));
  const files = inLanguages("ts").map(pathOf);
  afterAll(() => rmSync(copy, { recursive: true }));

  beforeAll(() => {
    for (const part of ["src", "scripts", "package.json", "tsconfig.base.json", "tsconfig.json"])
      cpSync(join(root, part), join(copy, part), {
        recursive: true,
        filter: (path) => !path.includes("/src/emulator") && !path.includes("/src/page"),
      });
    symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
    for (const block of inLanguages("ts")) writeFileSync(join(copy, pathOf(block)), block.code);
    const settings = { extends: "./tsconfig.json", include: [], files };
    writeFileSync(join(copy, "tsconfig.docs.json"), JSON.stringify(settings));
  }, 60_000);

  it("each names its file, no two the same", () => {
    expect(files.length).toBeGreaterThan(6);
    expect(files).not.toContain("");
    expect(files).toEqual([...new Set(files)]);
  });

  it("they compile", () => {
    const tsc = join(root, "node_modules/typescript/bin/tsc");
    const args = [tsc, "-p", "tsconfig.docs.json", "--noEmit", "--incremental", "false"];
    const { stdout } = spawnSync(process.execPath, args, { cwd: copy, encoding: "utf8" });
    expect(stdout).toBe("");
  }, 120_000);

  it("Node loads each, and the README's index.ts has all agents of this project", () => {
    const list = `console.log((await import("./src/agents/index.ts")).agents.map(({ name }) => name).join());`;
    const imports = files.map((file) => `await import("./${file}");`).join("\n");
    const agentsIn = (cwd: string, program: string): { stdout: string; stderr: string } =>
      spawnSync(process.execPath, ["--input-type=module", "--eval", program], {
        cwd,
        encoding: "utf8",
      });
    const { stdout, stderr } = agentsIn(copy, `${imports}\n${list}`);
    expect(stderr).toBe("");
    const own = agentsIn(root, list).stdout.trim();
    expect(stdout.trim()).toBe(`${own},waiter`);
  }, 60_000);
});

describe("[DOCS2] the other blocks of README.md and docs/agents.md can be used as they are", () => {
  it.each(inLanguages("js", "json"))("$document: $code", ({ language, code }) => {
    if (language === "json") JSON.parse(code);
    else expect(parseSync("block.mjs", code).errors).toEqual([]);
  });

  it.each(inLanguages("", "bash", "sh"))("$document: $code", ({ code }) => {
    expect(spawnSync("bash", ["-n"], { input: code, encoding: "utf8" }).stderr).toBe("");
    for (const [, name = ""] of code.matchAll(/npm (?:run )?(start|test|(?<=run )[\w:]+)/gu))
      expect(Object.keys(packageJson.scripts)).toContain(name);
    for (const [, name = ""] of code.matchAll(/^([A-Z_]+)=/gmu))
      expect(settingNames()).toContain(name);
  });

  const { status: python } = spawnSync("python3", ["--version"]);

  it.skipIf(python !== 0).each(inLanguages("python"))("$document: $code", ({ code }) => {
    const parse = "import ast, sys; ast.parse(sys.stdin.read())";
    expect(spawnSync("python3", ["-c", parse], { input: code, encoding: "utf8" }).stderr).toBe("");
  });

  it("no block is of another kind", () => {
    expect(inLanguages("ts", "js", "json", "", "bash", "sh", "python")).toEqual(blocks);
  });

  it("the README's addresses name one conversation: agent, user and session", () => {
    const readme = readFileSync(join(root, "README.md"), "utf8");
    const addresses = readme.match(/\/(ws|events|send)\/ann\/[^\s"'`]+/gu) ?? [];
    expect(addresses.length).toBeGreaterThan(4);
    const conversations = addresses.map((address) => address.replace(/^\/\w+/u, ""));
    expect(new Set(conversations)).toEqual(new Set(["/ann/one?agent=waiter"]));
  });

  it("the README has fewer than 150 lines", () => {
    expect(readFileSync(join(root, "README.md"), "utf8").trimEnd().split("\n").length).toBeLessThan(
      150,
    );
  });
});

it("[DOCS7] the scripts of the page in docs/protocol.md parse", () => {
  const protocol = readFileSync(join(root, "docs/protocol.md"), "utf8");
  const [[, html = ""] = [], ...others] = [...protocol.matchAll(/^```html\n(.*?)^```$/gmsu)];
  expect(others).toEqual([]);
  const [, script = ""] = /<script type="module">(.*?)<\/script>/su.exec(html) ?? [];
  const [, worklet = ""] = /const processor = `(.*?)`;/su.exec(script) ?? [];
  for (const code of [script, worklet]) {
    expect(code).not.toBe("");
    expect(parseSync("block.mjs", code).errors).toEqual([]);
  }
});

describe("[DOCS3] the packages accept each Node that the README asks for", () => {
  const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as {
    packages: Record<string, { engines?: { node?: string }; optional?: boolean }>;
  };
  const ranges = Object.entries(lock.packages).flatMap(([name, { engines, optional }]) =>
    engines?.node && !optional ? [[name, engines.node] as const] : [],
  );

  it.each(["22.12.0", "24.0.0", "26.0.0"])("%s", (version) => {
    expect(ranges.filter(([, range]) => !satisfies(version, range))).toEqual([]);
    expect(satisfies(version, packageJson.devEngines.runtime.version)).toBe(true);
  });

  it("and the README names them", () => {
    expect(readFileSync(join(root, "README.md"), "utf8")).toContain("Node 22.12, 24 or 26");
    expect(satisfies("20.19.0", packageJson.devEngines.runtime.version)).toBe(false);
  });

  /** Of npm's ranges: alternatives of comparators, `^`, `>=`, `>`, `<`, and a version with parts left out. */
  function satisfies(version: string, range: string): boolean {
    return range.split("||").some((alternative) =>
      alternative
        .trim()
        .replaceAll(/([<>=^~]+)\s+/gu, "$1")
        .split(/\s+/u)
        .every((comparator) => compares(version, comparator)),
    );
  }

  function compares(version: string, comparator: string): boolean {
    const [, operator = "", text = ""] = /^([<>=^~]*)v?(.*)$/u.exec(comparator) ?? [];
    if (text === "" || text === "*") return true;
    const wanted = text.split(".").map((part) => Number(part.replace(/[x*]/u, "0")));
    const actual = version.split(".").map(Number);
    const order = [0, 1, 2].map((i) => (actual[i] ?? 0) - (wanted[i] ?? 0)).find(Boolean) ?? 0;
    switch (operator) {
      case ">=":
        return order >= 0;
      case ">":
        return order > 0;
      case "<":
        return order < 0;
      case "^":
        return order >= 0 && actual[0] === wanted[0];
      default:
        return wanted.every((part, i) => part === actual[i]);
    }
  }
});
