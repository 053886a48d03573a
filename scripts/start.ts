/**
 * `npm start`: runs the Worker on PORT (8787) and, if no model is configured, the emulator on EMULATOR_PORT (8788).
 *
 * Reads settings from `.dev.vars` or the file in PARLEY_VARS, and its options from there, the environment and the
 * arguments (`start-options.ts`). Ctrl-C or SIGTERM stops both.
 */
import { existsSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { parseEnv } from "node:util";
import type { Agent } from "../src/agent/agent.ts";
import type { Config } from "../src/config.ts";
import { keepCertificate, type CertificateFiles } from "./certificate.ts";
import { agentWarnings, checkConfig } from "./check-config.ts";
import { Children } from "./children.ts";
import { loadAgents } from "./load-agents.ts";
import { inUrl, localNames, networkName, openAddresses, reachableAddress } from "./network.ts";
import { checkFree } from "./ports.ts";
import { readyLines } from "./ready-lines.ts";
import { unreachable } from "./reach.ts";
import { prepareReloads, reloadOnChange } from "./reload.ts";
import { settingWarnings } from "./settings.ts";
import { readStartOptions, type StartOptions } from "./start-options.ts";
import { createOutputFilter } from "./worker-output.ts";
import { quiet } from "./wrangler-env.ts";

const root = join(import.meta.dirname, "..");
const settingsFile = process.env["PARLEY_VARS"] ?? ".dev.vars";
/** The page's footer and `/healthz` show it. */
const emulatorName = "local emulator";
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
  const plan = await prepare();
  const { options, emulatorUrl, agents, config } = plan;
  const waitsFor = `wrangler dev${emulatorUrl ? " and the emulator's speech models" : ""}`;
  console.log(
    `parley is starting: waiting for ${waitsFor}, about ten seconds (longer the first time).`,
  );
  if (!emulatorUrl) void reportUnreachable(config.upstream, plan.settings);

  const emulator = emulatorUrl
    ? children.node("the emulator", emulatorArguments(options))
    : undefined;
  const certificate = options.https ? await trustedCertificate(options.host) : undefined;
  prepareReloads();
  await fillCatalogue(agents, options.persistTo);
  const worker = children.node(
    "wrangler dev",
    wranglerArguments(plan, certificate),
    quiet,
    createOutputFilter(),
  );
  const origin = `http${certificate ? "s" : ""}://${inUrl(reachableAddress(options.host))}:${options.port}`;
  await Promise.all([
    emulator?.waitUntilReady(`${emulatorUrl}/_emulator/health`),
    worker.waitUntilReady(`${origin}/healthz`),
  ]);
  const model = agents.find((agent) => agent.name === config.defaultApp)?.models[0] ?? "";
  reloadOnChange(`${origin}/healthz`, {
    settings: { ...plan.settings, ...plan.vars },
    file: settingsFile,
  });
  const lines = readyLines({
    host: options.host,
    port: options.port,
    upstream: emulatorUrl ? `the ${emulatorName}` : `${config.upstream.name}, ${model}`,
    anonymous: config.auth.anonymous,
    certificate: certificate && relative(process.cwd(), certificate.certificate),
    openAddresses: openAddresses(options.host),
  });
  console.log(lines.join("\n"));
}

interface Plan {
  readonly settings: Settings;
  readonly options: StartOptions;
  /** Undefined: the settings name another upstream. */
  readonly emulatorUrl: string | undefined;
  /** Variables for the Worker that `.dev.vars` does not have. */
  readonly vars: Record<string, string>;
  readonly agents: readonly [Agent, ...Agent[]];
  readonly config: Config;
}

/** Checks settings, options, agents and ports. @throws Error in one sentence. */
async function prepare(): Promise<Plan> {
  const settings = readSettings();
  const options = readStartOptions(process.argv.slice(2), process.env, settings);
  const { host, port, emulatorHost, emulatorPort } = options;
  const emulated = !["LIVE_API_URL", "GOOGLE_CLOUD_PROJECT", "GEMINI_API_KEY"].some(
    (name) => settings[name],
  );
  const emulatorUrl = emulated
    ? `http://${inUrl(reachableAddress(emulatorHost))}:${emulatorPort}`
    : undefined;
  const vars = {
    ...(emulatorUrl && { LIVE_API_URL: emulatorUrl, UPSTREAM_NAME: emulatorName }),
    ...(!settings["AUTH_SECRET"] && { ALLOW_ANONYMOUS: "1" }),
    ...networkOrigins(options, settings["ALLOWED_ORIGINS"]),
  };
  const agents = await loadAgents();
  const config = checkConfig({ ...settings, ...vars }, agents, settingsFile);
  for (const warning of [
    ...settingWarnings(settings, settingsFile),
    ...agentWarnings(agents, config),
  ])
    console.warn(`parley: ${warning}`);
  await checkFree("PORT", host, port);
  if (emulated && port === emulatorPort)
    throw new Error(`PORT and EMULATOR_PORT are both ${port}: give each its own.`);
  if (emulated) await checkFree("EMULATOR_PORT", emulatorHost, emulatorPort);
  return { settings, options, emulatorUrl, vars, agents, config };
}

/** Without tokens, the Worker knows only this machine's own names: it learns those of the network it was told to serve. */
function networkOrigins(
  { host, port, https }: StartOptions,
  listed = "",
): { ALLOWED_ORIGINS?: string } {
  const open = openAddresses(host);
  if (open.length === 0) return {};
  const names = [...open.map(inUrl), networkName()];
  const origins = names.map((name) => `http${https ? "s" : ""}://${name}:${port}`);
  return { ALLOWED_ORIGINS: [listed, ...origins].filter(Boolean).join(",") };
}

/** The certificate of `HTTPS=1`, for all names that reach this server. This process trusts it, too. */
async function trustedCertificate(host: string): Promise<CertificateFiles> {
  const open = openAddresses(host);
  const names = [...localNames, ...open, ...(open.length > 0 ? [networkName()] : [])];
  const files = await keepCertificate(join(root, ".wrangler/https"), names);
  const certificate = readFileSync(files.certificate, "utf8");
  setDefaultCACertificates([...getCACertificates("default"), certificate]);
  return files;
}

/**
 * Fills the concierge's local database if it is out of date: before the Worker's runtime opens it, since two runtimes
 * lock each other out (SQLITE_BUSY), and the Worker's ends. If it fails, the script has said why, and the concierge says
 * that it has no catalogue: the other agents work.
 */
async function fillCatalogue(agents: readonly Agent[], state: string): Promise<void> {
  if (!agents.some(({ name }) => name === "concierge")) return;
  const { seededLocally } = await import("./catalogue.ts");
  if (!seededLocally(state).done)
    await children
      .runToExit("the catalogue", ["scripts/seed.ts", "--local", state], quiet)
      .catch(() => undefined);
}

type Settings = Partial<Record<string, string>>;

function readSettings(): Settings {
  if (existsSync(settingsFile)) return parseEnv(readFileSync(settingsFile, "utf8"));
  if (process.env["PARLEY_VARS"] === undefined) return {};
  throw new Error(
    `PARLEY_VARS is "${settingsFile}", and there is no such file: make it, or unset PARLEY_VARS.`,
  );
}

/** Conversations get an error until the address answers. The server starts all the same: it may answer later. */
async function reportUnreachable(
  { name, base }: Config["upstream"],
  settings: Settings,
): Promise<void> {
  const reason = await unreachable(base);
  if (reason === undefined) return;
  const setting = settings["LIVE_API_URL"] ? "LIVE_API_URL" : "VERTEX_API_URL";
  const remedy = settings[setting] ? `${setting} in ${settingsFile}` : "this machine's network";
  console.error(
    `parley: ${name} could not be reached at ${new URL(base).origin} (${reason}): check ${remedy}. Until it answers, each conversation gets an error.`,
  );
}

function emulatorArguments({ emulatorHost, emulatorPort }: StartOptions): string[] {
  return ["src/emulator/node/main.ts", `--host=${emulatorHost}`, `--port=${emulatorPort}`];
}

function wranglerArguments(
  { options, vars }: Pick<Plan, "options" | "vars">,
  certificate: CertificateFiles | undefined,
): string[] {
  const { host, port, inspectorPort, persistTo, forWrangler } = options;
  return [
    "node_modules/wrangler/bin/wrangler.js",
    "dev",
    `--port=${port}`,
    `--ip=${host}`,
    `--inspector-port=${inspectorPort}`,
    `--persist-to=${persistTo}`,
    "--show-interactive-dev-session=false",
    // A debugger and the error texts for authors name functions and classes.
    "--minify=false",
    ...(certificate
      ? [
          "--local-protocol=https",
          `--https-cert-path=${certificate.certificate}`,
          `--https-key-path=${certificate.key}`,
        ]
      : []),
    ...Object.entries(vars).flatMap(([name, value]) => ["--var", `${name}:${value}`]),
    ...(settingsFile === ".dev.vars" ? [] : ["--env-file", settingsFile]),
    ...forWrangler,
  ];
}
