import { execFile } from "node:child_process";
import { globSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";

const root = join(import.meta.dirname, "../..");

/** Imports and runs code in plain Node: the tests' own modules go through a bundler. */
const runInNode = async (code: string): Promise<string> =>
  (
    await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", code], {
      cwd: root,
    })
  ).stdout.trim();

describe("[MCP9] agents with tools of a remote server load in plain Node", () => {
  it("as the documentation shows them", async () => {
    const written = `
      import { agent } from "./src/agent/agent.ts";
      import { mcpTools } from "./src/mcp/tools.ts";
      const { tools } = agent({
        name: "mine",
        model: "gemini-3.8-live",
        tools: [mcpTools({ url: "https://mcp.example.com/mcp", allow: ["search_*"] })],
      });
      console.log(tools[0].kind, tools[0].name);`;
    expect(await runInNode(written)).toBe("toolset mcp.example.com");
  });

  it("with every file that an agent may import", async () => {
    const files = globSync("src/{agent,agents,core,mcp,wire}/**/*.ts", { cwd: root });
    const loaded = await runInNode(`
      const files = ${JSON.stringify(files)};
      const failed = [];
      for (const file of files)
        await import("./" + file).catch((error) => failed.push(file + ": " + error.message));
      console.log(JSON.stringify(failed));`);
    expect(files.length).toBeGreaterThan(80);
    expect(JSON.parse(loaded)).toEqual([]);
  });
});
