/** The suite of the official SDK's web build, in a page of somebody else's: the service itself (the emulator), and parley. */
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
  ["[CLIENT2] a spoken turn, whose answer is heard as it is written", "spoken"],
  ["[CLIENT3] a story, interrupted by voice", "bargeIn"],
  ["[CLIENT4] functions of its own", "clientTool"],
  ["[CLIENT5] an ephemeral token", "token"],
  ["[CLIENT6] a service that hangs up in the middle", "goAway"],
];

const stages = [
  { name: "through parley", through: true, stage: (theatre: ScenarioServers) => theatre.through() },
  {
    name: "against the emulator",
    through: false,
    stage: (theatre: ScenarioServers) => theatre.direct(),
  },
];

let server: Server;
let theatre: ScenarioServers;
let context: BrowserContext;
const stories = new Map<string, Promise<ScenarioResult>>();

test.beforeAll(async ({ browser }) => {
  test.setTimeout(120_000);
  server = await serve(await bundle());
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`;
  theatre = await startScenarioServers(origin);
  context = await browser.newContext();
  // All at once: each is as long as its words are, and the machine is idle meanwhile.
  for (const { name, stage } of stages) {
    const perform = await open(origin, stage(theatre));
    for (const [, play] of rules) {
      const story = perform(play);
      story.catch(() => undefined);
      stories.set(`${name}: ${play}`, story);
    }
  }
});

test.afterAll(async () => {
  await context.close();
  await theatre.close();
  server.close();
});

for (const { name, through, stage } of stages)
  test.describe(`the official SDK's web build, ${name}`, () => {
    for (const [rule, play] of rules)
      test(rule, async () => {
        const story = await stories.get(`${name}: ${play}`);
        if (story === undefined) throw new Error("this was not played");
        const { person } = stage(theatre);
        await expectations[play](story, { through, person, listener: theatre.listener });
      });
  });

/** A page in which plays can be performed; what a page may not do, Node does for it. */
async function open(
  origin: string,
  stage: ScenarioContext,
): Promise<(play: ScenarioName) => Promise<ScenarioResult>> {
  const page = await context.newPage();
  for (const name of ["recording", "mint", "strike", "gone"] as const)
    await page.exposeFunction(name, stage[name]);
  await page.goto(origin);
  const { url, apiKey, person } = stage;
  return (play) =>
    page.evaluate(
      ({ play, url, apiKey, person }) => {
        const { scenarios, recording, mint, strike, gone } =
          globalThis as unknown as ScenarioContext & {
            scenarios: Record<string, (stage: ScenarioContext) => Promise<ScenarioResult>>;
          };
        const perform = scenarios[play];
        if (perform === undefined) throw new Error(`there is no play ${play}`);
        return perform({ url, apiKey, person, recording, mint, strike, gone });
      },
      { play, url, apiKey, person },
    );
}

/** The plays with the SDK as browsers get it. */
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
    const isScript = url === "/plays.js";
    response.writeHead(200, { "content-type": isScript ? "text/javascript" : "text/html" });
    response.end(isScript ? script : "<!doctype html><script src=/plays.js></script>");
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return server;
}
