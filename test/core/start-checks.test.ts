/** The checks of `npm start` that need no server. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { agent, type Agent } from "../../src/agent/agent.ts";
import { tool } from "../../src/agent/tool.ts";
import { agents } from "../../src/agents/index.ts";
import { agentWarnings, checkConfig } from "../../scripts/check-config.ts";
import { unreachable } from "../../scripts/reach.ts";
import { createOutputFilter } from "../../scripts/worker-output.ts";
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
    [
      "[TOOL9] parameters that cannot be declared, made by a function",
      `import { tool } from "${from("tool.ts")}";
      const parameters = () => ({ type: "object", properties: { a: { $ref: "https://elsewhere" } } });
      const order = tool({ name: "order", description: "d", parameters, run: () => 1 });
      ${declared('{ name: "w", model: "m", tools: [order] }')}`,
      'Tool "order": ',
    ],
    ["a module of Workers", 'import "cloudflare:workers";', "cloudflare:"],
  ])("%s", (name, source, words) => {
    const own = join(folder, name.replaceAll(/\W/g, "-"));
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

describe("[START12] a value of an agent that the service may refuse is reported in one sentence", () => {
  const settings = { LIVE_API_URL: "http://127.0.0.1:1" };
  const warningsOf = (...agents: [Agent, ...Agent[]]): string[] =>
    agentWarnings(agents, checkConfig(settings, agents, "f"));
  const model = "gemini-3.8-live";

  it.each([
    [
      { model: "gemini-9" },
      'Agent "w": parley does not know the model "gemini-9": check its name.',
    ],
    [
      { model, voice: "Puk" },
      'Agent "w": "Puk" is none of Google\'s thirty prebuilt voices: check its name.',
    ],
    [
      { model, tools: [tool({ name: "t", run: () => 1 } as never)] },
      'Agent "w": its tool "t" has no description: the model does not know when to call it.',
    ],
  ])("%j", (definition, sentence) => {
    const w = agent({ name: "w", ...definition });
    expect(warningsOf(w)).toEqual([sentence]);
    expect(warningsOf(agent({ name: "top", model, subAgents: [w] }), w)).toEqual([sentence]);
  });

  it("says nothing about the others, nor about a model that has an alias", () => {
    expect(warningsOf(...agents)).toEqual([]);
    const old = agent({ name: "old", model: "my-model" });
    const aliased = { ...settings, LIVE_MODEL_ALIASES: `my-model=${model}` };
    expect(agentWarnings([old], checkConfig(aliased, [old], "f"))).toEqual([]);
  });
});

describe("[START8] a mistake that only shows among the agents names its place, and no settings file", () => {
  const settings = { LIVE_API_URL: "http://127.0.0.1:1" };
  const one = agent({ name: "one", model: "gemini-3.8-live" });

  it.each([
    [
      "two agents of one name",
      [one, agent({ name: "one", model: "gemini-3.8-live" })] as const,
      'src/agents/index.ts lists two agents "one": rename one of them.',
    ],
    [
      "a run configuration that the model refuses",
      [
        agent({ name: "two", model: "gemini-3.8-live", runConfig: { responseModality: "TEXT" } }),
      ] as const,
      'Agent "two": responseModality cannot be used with gemini-3.8-live: it only speaks; use outputTranscription for text.',
    ],
  ])("%s", (_, agents, sentence) => {
    expect(() => checkConfig(settings, agents, "f")).toThrow(new Error(sentence));
  });

  it("a setting names its file", () => {
    const sentence = /^in f, DEFAULT_AGENT names an agent that is not served; there are one\.$/;
    expect(() => checkConfig({ ...settings, DEFAULT_AGENT: "x" }, [one], "f")).toThrow(sentence);
  });
});

describe("[START13] the output of wrangler dev is reworded", () => {
  const block = (message: string): string[] => [
    `\u001B[31m✘ \u001B[41;31m[\u001B[41;97mERROR\u001B[41;31m]\u001B[0m \u001B[1m${message}\u001B[0m`,
    "",
    "  stack: /workerd@34dcea9 /workerd@26b6840; sentryErrorContext = jsgInternalError; wdErrId = k",
    "",
    "",
  ];
  const printed = (lines: readonly string[]): string[] => {
    const reword = createOutputFilter();
    return lines.flatMap((line) => reword(line) ?? []);
  };
  const dns = block("e = rust/worker/ffi.rs:110: failed: failed to lookup address information");
  const refused = block("kj/async-io-unix.c++:186: disconnected: connect(): Connection refused");

  it("an internal error is one line for each reason", () => {
    expect(printed([...dns, ...dns, ...refused, ...dns])).toEqual([
      expect.stringMatching(/^parley: a network request failed \(failed to lookup address info/),
      expect.stringMatching(/^parley: .* \(disconnected: connect\(\): Connection refused\)/),
    ]);
  });

  it("parley's own lines are bare, and all others stay", () => {
    const authors = ["  my indented line", "", "\u001B[33mcoloured\u001B[0m", "[ERROR] mine"];
    const build = ["✘ [ERROR] Build failed with 1 error:", "", "  src/index.ts:1:2: ERROR: no"];
    const own = "parley: QUOTA_EXCEEDED: The quota is used up.";
    expect(printed([...authors, ...block(own), ...build])).toEqual([...authors, own, ...build]);
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
