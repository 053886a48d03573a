/** Documents for newcomers and coding agents: llms.txt, in the repository and on the server, and the feature matrix. */
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { linkedPaths, publishDocs } from "../../scripts/public-docs.ts";

const root = join(import.meta.dirname, "../..");
const index = readFileSync(join(root, "llms.txt"), "utf8");

describe("[DOCS4] llms.txt links each document", () => {
  it("none is missing", () => {
    const pages = globSync("docs/**/*.md", { cwd: root }).map((path) => path.replaceAll("\\", "/"));
    expect(pages.length).toBeGreaterThan(15);
    expect(linkedPaths(index)).toEqual(
      expect.arrayContaining([...pages, "README.md", "CONTRIBUTING.md"]),
    );
  });

  it("each link leads to a file, and has a description", () => {
    for (const path of linkedPaths(index))
      expect([path, existsSync(join(root, path))]).toEqual([path, true]);
    const items = index.split("\n").filter((line) => line.startsWith("- "));
    for (const item of items) expect(item).toMatch(/^- \[[^\]]+\]\([^)]+\): \S/u);
    expect(index).toMatch(/^# parley\n\n> \S.*\n\n/u);
  });

  it("each document's links to other documents lead to files", () => {
    for (const page of linkedPaths(index))
      for (const link of linkedPaths(readFileSync(join(root, page), "utf8")))
        expect([page, link, existsSync(join(root, page, "..", link))]).toEqual([page, link, true]);
  });

  it("the server has them at the same relative addresses, and an unchanged one is not written again", async () => {
    const out = mkdtempSync(join(tmpdir(), "parley-docs-"));
    afterAll(() => rmSync(out, { recursive: true }));
    await publishDocs(root, out);
    for (const path of ["llms.txt", ...linkedPaths(index)])
      expect(readFileSync(join(out, path), "utf8")).toBe(readFileSync(join(root, path), "utf8"));
    const { mtimeMs } = statSync(join(out, "llms.txt"));
    await publishDocs(root, out);
    expect(statSync(join(out, "llms.txt")).mtimeMs).toBe(mtimeMs);
  });
});

describe("[DOCS5] the feature matrix is dated, and names its sources", () => {
  const matrix = readFileSync(join(root, "docs/compare.md"), "utf8");
  const rows = matrix
    .split("\n")
    .filter((line) => line.startsWith("|") && !/^\|[\s|-]+\|$/u.test(line))
    .map((line) =>
      line
        .slice(1, -1)
        .split("|")
        .map((cell) => cell.trim()),
    );
  const projects = ["ADK", "LiveKit Agents", "Pipecat", "Cloudflare voice"];

  it("with a date, and a version and addresses for each project", () => {
    expect(matrix).toMatch(/as of \*\*\d{1,2} \w+ 20\d\d\*\*/u);
    for (const project of projects) {
      const source = rows.find(([name]) => name === project);
      expect(source).toEqual([
        project,
        expect.stringMatching(/\d+\.\d+/u),
        expect.stringMatching(/https:.*https:/u),
      ]);
    }
  });

  it("each row has a cell for each project", () => {
    const features = rows.filter((row) => row.length > 3);
    expect(features.length).toBeGreaterThan(30);
    for (const row of features)
      expect(row.map((cell) => cell !== "")).toEqual([row[0] !== "", true, true, true, true, true]);
    for (const [first, ...header] of features.filter(([name]) => name === ""))
      expect([first, ...header]).toEqual(["", "parley", ...projects]);
  });
});
