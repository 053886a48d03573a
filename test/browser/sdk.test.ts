/** The scenarios of the official SDK's web build in a foreign page, against the emulator and through parley. */
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { BrowserContext } from "@playwright/test";
import { build } from "esbuild";
import type { ScenarioName } from "../sdk/scenarios/scenarios.ts";
import type { ScenarioContext, ScenarioResult } from "../sdk/scenarios/setup.ts";
import { startScenarioServers, type ScenarioServers } from "../sdk/scenarios/runner.ts";
import { expectations } from "../sdk/scenarios/expectations.ts";
import { test } from "./support/test.ts";

const rules: readonly [string, ScenarioName][] = [
  ["[CLIENT1] a text turn", "text"],
  ["[CLIENT2] a spoken turn, whose audio matches its transcript", "spoken"],
  ["[CLIENT3] an answer, interrupted by voice", "bargeIn"],
  ["[CLIENT4] tools of the client", "clientTool"],
  ["[CLIENT5] an ephemeral token", "token"],
  ["[CLIENT6] a service that closes the session during a turn", "goAway"],
];

const targets = [
  {
    name: "through parley",
    through: true,
    contextOf: (servers: ScenarioServers) => servers.through(),
  },
  {
    name: "against the emulator",
    through: false,
    contextOf: (servers: ScenarioServers) => servers.direct(),
  },
];

let server: Server;
let servers: ScenarioServers;
let context: BrowserContext;
const results = new Map<string, Promise<ScenarioResult>>();

test.beforeAll(async ({ browser }) => {
  test.setTimeout(120_000);
  server = await serve(await bundle());
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`;
  servers = await startScenarioServers(origin);
  context = await browser.newContext();
  // All at once: a scenario runs as long as its audio plays, and needs little CPU meanwhile.
  for (const { name, contextOf } of targets) {
    const run = await open(origin, contextOf(servers));
    for (const [, scenario] of rules) {
      const result = run(scenario);
      result.catch(() => undefined);
      results.set(`${name}: ${scenario}`, result);
    }
  }
});

test.afterAll(async () => {
  await context.close();
  await servers.close();
  server.close();
});

for (const { name, through, contextOf } of targets)
  test.describe(`the official SDK's web build, ${name}`, () => {
    for (const [rule, scenario] of rules)
      test(rule, async () => {
        const result = await results.get(`${name}: ${scenario}`);
        if (result === undefined) throw new Error("the scenario did not run");
        const { person } = contextOf(servers);
        await expectations[scenario](result, { through, person, listener: servers.listener });
      });
  });

/** Opens a page that runs scenarios. Node provides what a page cannot do itself. */
async function open(
  origin: string,
  scenarioContext: ScenarioContext,
): Promise<(scenario: ScenarioName) => Promise<ScenarioResult>> {
  const page = await context.newPage();
  for (const name of ["recording", "mint", "strike", "gone"] as const)
    await page.exposeFunction(name, scenarioContext[name]);
  await page.goto(origin);
  const { url, apiKey, person } = scenarioContext;
  return (name) =>
    page.evaluate(
      ({ name, url, apiKey, person }) => {
        const { scenarios, recording, mint, strike, gone } =
          globalThis as unknown as ScenarioContext & {
            scenarios: Record<string, (context: ScenarioContext) => Promise<ScenarioResult>>;
          };
        const scenario = scenarios[name];
        if (scenario === undefined) throw new Error(`there is no scenario ${name}`);
        return scenario({ url, apiKey, person, recording, mint, strike, gone });
      },
      { name, url, apiKey, person },
    );
}

/** The scenarios, bundled with the SDK's web build. */
async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    stdin: {
      contents: `import { scenarios } from "./scenarios.ts"; Object.assign(globalThis, { scenarios });`,
      resolveDir: join(import.meta.dirname, "../sdk/scenarios"),
    },
    bundle: true,
    format: "iife",
    platform: "browser",
    logLevel: "warning",
    write: false,
  });
  return outputFiles.map(({ text }) => text).join("");
}

async function serve(script: string): Promise<Server> {
  const server = createServer(({ url }, response) => {
    const isScript = url === "/scenarios.js";
    response.writeHead(200, { "content-type": isScript ? "text/javascript" : "text/html" });
    response.end(isScript ? script : "<!doctype html><script src=/scenarios.js></script>");
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return server;
}
