/** The checks of `npm start` that need no server. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { unreachable } from "../../scripts/reach.ts";
import { settingWarnings } from "../../scripts/settings.ts";
import { spawnSync } from "node:child_process";

const root = join(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "parley-agents-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("[START5] a mistake in an agent is reported in one sentence, with file and line", () => {
  const from = (file: string): string => pathToFileURL(join(root, "src/agent", file)).href;
  const declared = (definition: string): string =>
    `import { agent } from "${from("agent.ts")}";\nexport const agents = [agent(${definition})];`;

  it.each([
    [
      "an unknown key",
      declared('{ name: "w", model: "m", instructions: "" } as never'),
      "instructions",
    ],
    [
      "two issues",
      declared('{ name: "w", model: "", greeting: "" } as never'),
      /model.*; .*greeting/,
    ],
    ["a missing import", "\nexport const agents = [waiter];", "waiter is not defined"],
    ["a syntax error", "\nexport const agents = ;", "Expression expected"],
    ["an enum", "\nexport enum Size { small }", "enum is not supported"],
    ["a missing file", 'import "./none.ts";', "none.ts"],
    ["JSON", `import "${pathToFileURL(join(root, "package.json")).href}";`, "type: json"],
    ["no agent", "export const agents = [];", "a list of one agent or more"],
    ["no list", "export const agents = {};", "a list of one agent or more"],
    ["a default export", "export default [];", "must export `agents`"],
    ["an export of another name", "export const agent = [];", "must export `agents`"],
    ["an agent that is missing", "export const agents = [undefined];", /agents\[0\].*not an agent/],
    [
      "an agent that agent() did not make",
      'export const agents = [{ name: "w", model: "m" }];',
      /agents\[0\].*make it with agent/,
    ],
    ["an agent that no address can name", declared('{ name: "..", model: "m" }'), '".."'],
    ["a module of Workers", 'import "cloudflare:workers";', "cloudflare:"],
  ])("%s", (name, source, words) => {
    const own = join(folder, name.replaceAll(" ", "-"));
    mkdirSync(own);
    writeFileSync(join(own, "index.ts"), source);
    const message = failureOf(join(own, "index.ts"));
    expect(message).toMatch(words);
    expect(message).toMatch(/^\S+(index\.ts:\d+| src\/agents): [^\n]+[.!?]$/);
    expect(message).not.toContain("    at ");
  });

  /** In a process of its own: Vitest loads modules by other rules than Node. */
  function failureOf(file: string): string {
    const program = `import { loadAgents } from ${JSON.stringify(join(root, "scripts/load-agents.ts"))};
      await loadAgents(${JSON.stringify(file)}).catch((error) => process.stdout.write(error.message));`;
    const args = ["--input-type=module", "--eval", program];
    return spawnSync(process.execPath, args, { encoding: "utf8" }).stdout;
  }
});

describe("[START6] a setting without effect is reported in one sentence", () => {
  it.each([
    [
      { GEMINI_APIKEY: "k" },
      "in f, GEMINI_APIKEY is no setting of parley: did you mean GEMINI_API_KEY?",
    ],
    [{ auth_secret: "k" }, "in f, auth_secret is no setting of parley: did you mean AUTH_SECRET?"],
    [
      { WEATHER_KEY: "k" },
      'in f, WEATHER_KEY is no setting of parley: only your agents can read it, as env["WEATHER_KEY"].',
    ],
    [
      { PARLEY_VARS: "v" },
      "in f, PARLEY_VARS has no effect: set it in the environment, as in PARLEY_VARS=… npm start.",
    ],
    [{ HTTP: "1" }, "in f, HTTP is no setting of parley: did you mean HTTPS?"],
    [
      { ALLOWED_ORIGINS: "https://a.example, b.example" },
      'in f, ALLOWED_ORIGINS has "b.example", which no page has as its origin: write it like https://b.example.',
    ],
    [
      { ALLOWED_ORIGINS: "https://a.example/page" },
      'in f, ALLOWED_ORIGINS has "https://a.example/page", which no page has as its origin: write it like https://a.example.',
    ],
  ])("%j", (settings, sentence) => {
    expect(settingWarnings(settings, "f")).toEqual([sentence]);
  });

  it("says nothing about the others", () => {
    const ALLOWED_ORIGINS =
      "https://a.example, http://localhost:3000/, null, chrome-extension://abc";
    expect(settingWarnings({ GEMINI_API_KEY: "k", KEEP_DAYS: "1", ALLOWED_ORIGINS }, "f")).toEqual(
      [],
    );
  });
});

describe("[START4] the address of the Live API is tried once", () => {
  it("names the reason if no server listens", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    expect(await unreachable(`http://127.0.0.1:${port}`)).toBeUndefined();
    server.close();
    await once(server, "close");
    expect(await unreachable(`http://127.0.0.1:${port}`)).toBe("ECONNREFUSED");
  });
});
