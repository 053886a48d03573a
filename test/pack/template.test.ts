/** Makes a project by the packed initializer, as `npm create parley` does, and runs its test. */
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { npm } from "./install.ts";

const root = join(import.meta.dirname, "../..");
const temporary = mkdtempSync(join(tmpdir(), "create-parley-"));
const project = join(temporary, "My Agent");
const read = (file: string): string => readFileSync(join(project, file), "utf8");

function create(...args: string[]) {
  const env = {
    ...process.env,
    PATH: `${join(temporary, "node_modules/.bin")}:${process.env["PATH"]}`,
  };
  return spawnSync("create-parley", args, { cwd: temporary, env, encoding: "utf8" });
}

beforeAll(() => {
  npm(join(root, "templates/create-parley"), "pack", "--pack-destination", temporary);
  const [tarball = ""] = readdirSync(temporary).filter((file) => file.endsWith(".tgz"));
  npm(temporary, "install", "--offline", "--no-audit", "--no-fund", join(temporary, tarball));
  expect(create("My Agent")).toMatchObject({
    status: 0,
    stdout: expect.stringContaining("npm start"),
  });
  // In place of `npm install`, which needs the network: the project's packages are a part of this one's.
  symlinkSync(join(root, "node_modules"), join(project, "node_modules"));
});
afterAll(() => rmSync(temporary, { recursive: true }));

describe("[PACK6] npm create parley makes a project with one agent, one tool and one test", () => {
  it("named after its folder, with the packages that it imports, in this project's versions", () => {
    const { name, dependencies, devDependencies } = JSON.parse(read("package.json")) as {
      name: string;
      dependencies: Record<string, string>;
      devDependencies: Record<string, string>;
    };
    expect(name).toBe("my-agent");
    expect(read("wrangler.toml")).toMatch(/^name = "my-agent"$/mu);
    expect(dependencies).toMatchObject({ zod: expect.any(String) });
    expect(devDependencies).toMatchObject({ wrangler: expect.any(String) });
    expect(devDependencies).not.toHaveProperty("vitest");
    expect(readdirSync(join(project, "src/agents")).sort()).toEqual([
      "index.ts",
      "pictures.ts",
      "waiter.ts",
    ]);
    expect(readdirSync(join(project, "test"))).toEqual(["waiter.test.ts"]);
    expect(read(".gitignore")).toContain(".dev.vars");
    expect(existsSync(join(project, ".dev.vars.example"))).toBe(true);
  });

  it("whose test passes, and whose sources compile", { timeout: 120_000 }, () => {
    const tested = spawnSync("npm", ["test"], { cwd: project, encoding: "utf8" });
    expect([tested.status, tested.stdout]).toEqual([0, expect.stringMatching(/pass 1\b/u)]);
    const compiled = spawnSync("npm", ["run", "types"], { cwd: project, encoding: "utf8" });
    expect([compiled.status, compiled.stdout]).toEqual([0, expect.any(String)]);
  });

  it("and leaves a folder that is not empty as it is", () => {
    mkdirSync(join(temporary, "full"));
    writeFileSync(join(temporary, "full/mine.txt"), "mine");
    expect(create("full")).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("not empty"),
    });
    expect(readdirSync(join(temporary, "full"))).toEqual(["mine.txt"]);
    expect(create()).toMatchObject({ status: 1, stderr: expect.stringContaining("Usage") });
  });
});
