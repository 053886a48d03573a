/**
 * `npm start`: runs the Worker on PORT (8787) and, if no model is configured, the emulator on EMULATOR_PORT (8788).
 *
 * Reads settings from `.dev.vars` or the file in PARLEY_VARS. Passes arguments after `--` to `wrangler dev`. Ctrl-C or SIGTERM stops both.
 */
import { existsSync, readFileSync } from "node:fs";
import { parseArgs, parseEnv } from "node:util";
import type { Agent } from "../src/agent/agent.ts";
import { ConfigError, readConfig, type Config } from "../src/config.ts";
import { seededLocally } from "./catalogue.ts";
import { Children } from "./children.ts";
import { loadAgents } from "./load-agents.ts";
import { checkFree, portOf } from "./ports.ts";
import { unreachable } from "./reach.ts";
import { prepareReloads, reloadOnChange } from "./reload.ts";
import { settingWarnings } from "./settings.ts";
import { quiet } from "./wrangler-env.ts";

const settingsFile = process.env["PARLEY_VARS"] ?? ".dev.vars";
const children = new Children();
const stop = (): void => void children.stop().then(() => process.exit(0));
process.on("SIGINT", stop);
process.on("SIGTERM", stop);
// The terminal closed.
process.on("SIGHUP", stop);

try {
  await start();
} catch (error) {
  // `stop` is under way: it exits with 0.
  if (children.stopping) await new Promise(() => undefined);
  await children.stop();
  console.error(`parley: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
}

async function start(): Promise<void> {
  const port = portOf("PORT", 8787);
  const emulatorPort = portOf("EMULATOR_PORT", 8788);
  const settings = readSettings();
  const emulated = !["LIVE_API_URL", "GOOGLE_CLOUD_PROJECT", "GEMINI_API_KEY"].some(
    (name) => settings[name],
  );
  const vars: Record<string, string> = {
    ...(emulated && { LIVE_API_URL: `http://127.0.0.1:${emulatorPort}` }),
    ...(!settings["AUTH_SECRET"] && { ALLOW_ANONYMOUS: "1" }),
  };
  const agents = await loadAgents();
  const config = check({ ...settings, ...vars }, agents);
  for (const warning of settingWarnings(settings, settingsFile)) console.warn(`parley: ${warning}`);
  await checkFree("PORT", port);
  if (emulated && port === emulatorPort)
    throw new Error(`PORT and EMULATOR_PORT are both ${port}: give each its own.`);
  if (emulated) await checkFree("EMULATOR_PORT", emulatorPort);
  console.log(
    `parley is starting: waiting for wrangler dev${emulated ? " and the emulator's speech models" : ""}, about ten seconds (longer the first time).`,
  );
  if (!emulated) void reportUnreachable(config.upstream, settings);

  const emulator = emulated
    ? children.node("the emulator", ["src/emulator/node/main.ts", "--port", `${emulatorPort}`])
    : undefined;
  prepareReloads();
  const worker = children.node("wrangler dev", wranglerArguments(port, vars), quiet);
  await Promise.all([
    fillCatalogue(),
    emulator?.waitUntilReady(`http://127.0.0.1:${emulatorPort}/_emulator/health`),
    worker.waitUntilReady(`http://127.0.0.1:${port}/healthz`),
  ]);
  const model = agents.find((agent) => agent.name === config.defaultApp)?.models[0] ?? "";
  const upstream = emulated ? "the local emulator" : `${config.upstream.name}, ${model}`;
  reloadOnChange(`http://127.0.0.1:${port}/healthz`);
  console.log(
    `parley is ready at http://localhost:${port}, talking to ${upstream}. Ctrl-C stops it.`,
  );
}

/** Fills the concierge's local database if it is out of date, while the servers start. */
async function fillCatalogue(): Promise<void> {
  const { values } = parseArgs({ options: { "persist-to": { type: "string" } }, strict: false });
  const state = `${values["persist-to"] ?? ".wrangler/state"}`;
  if (!seededLocally(state).done)
    await children.runToExit("the catalogue", ["scripts/seed.ts", "--local", state], quiet);
}

function readSettings(): Partial<Record<string, string>> {
  if (existsSync(settingsFile)) return parseEnv(readFileSync(settingsFile, "utf8"));
  if (process.env["PARLEY_VARS"] === undefined) return {};
  throw new Error(
    `PARLEY_VARS is "${settingsFile}", and there is no such file: make it, or unset PARLEY_VARS.`,
  );
}

/** Conversations get an error until the address answers. The server starts all the same: it may answer later. */
async function reportUnreachable(
  { name, base }: Config["upstream"],
  settings: Partial<Record<string, string>>,
): Promise<void> {
  const reason = await unreachable(base);
  if (reason === undefined) return;
  const setting = settings["LIVE_API_URL"] ? "LIVE_API_URL" : "VERTEX_API_URL";
  const remedy = settings[setting] ? `${setting} in ${settingsFile}` : "this machine's network";
  console.error(
    `parley: ${name} could not be reached at ${new URL(base).origin} (${reason}): check ${remedy}. Until it answers, each conversation gets an error.`,
  );
}

function check(settings: object, agents: readonly [Agent, ...Agent[]]): Config {
  try {
    return readConfig(settings, agents);
  } catch (error) {
    if (error instanceof ConfigError)
      throw new Error(`in ${settingsFile}, ${error.message}.`, { cause: error });
    throw error;
  }
}

function wranglerArguments(port: number, vars: Record<string, string>): string[] {
  return [
    "node_modules/wrangler/bin/wrangler.js",
    "dev",
    `--port=${port}`,
    "--ip=127.0.0.1",
    `--inspector-port=${process.env["INSPECTOR_PORT"] ?? 0}`,
    "--show-interactive-dev-session=false",
    "--log-level=warn",
    ...Object.entries(vars).flatMap(([name, value]) => ["--var", `${name}:${value}`]),
    ...(settingsFile === ".dev.vars" ? [] : ["--env-file", settingsFile]),
    ...process.argv.slice(2),
  ];
}
