/** Reads the options of `npm start`, from its arguments, the environment and the settings file, in this order. */
import { parseArgs, type ParseArgsOptionsConfig } from "node:util";
import { unusableHost } from "./network.ts";
import { portOf } from "./ports.ts";

type Values = Partial<Record<string, string>>;

export interface StartOptions {
  /** The address to listen on; the emulator has its own. */
  readonly host: string;
  readonly port: number;
  readonly emulatorHost: string;
  readonly emulatorPort: number;
  readonly inspectorPort: number;
  readonly https: boolean;
  /** The folder of local databases. */
  readonly persistTo: string;
  /** Further arguments for `wrangler dev`. */
  readonly forWrangler: readonly string[];
}

const options = {
  ip: { type: "string" },
  port: { type: "string" },
  "persist-to": { type: "string" },
  "log-level": { type: "string" },
  tunnel: { type: "boolean" },
  "tunnel-name": { type: "string" },
} as const satisfies ParseArgsOptionsConfig;

/** `npm start` itself decides on these options of `wrangler dev`. */
const remedies: Readonly<Record<string, string>> = {
  "local-protocol": "set HTTPS=1",
  "https-key-path": "set HTTPS=1, which makes a certificate",
  "https-cert-path": "set HTTPS=1, which makes a certificate",
  "inspector-port": "set INSPECTOR_PORT",
  "env-file": "set PARLEY_VARS",
  var: "set it in .dev.vars",
  host: "--ip is the address to listen on",
};

/**
 * @param settings of `.dev.vars`.
 * @throws Error in one sentence for an unknown or repeated option, and for an invalid value.
 */
export function readStartOptions(
  args: readonly string[],
  environment: Values,
  settings: Values,
): StartOptions {
  const values = parse(args);
  const setting = (name: string): string | undefined => environment[name] || settings[name];
  const host =
    values.ip === undefined ? hostOf("HOST", setting("HOST")) : hostOf("--ip", values.ip);
  return {
    host,
    port: portOf(
      values.port === undefined ? "PORT" : "--port",
      values.port ?? setting("PORT"),
      8787,
    ),
    emulatorHost: hostOf("EMULATOR_HOST", setting("EMULATOR_HOST")),
    emulatorPort: portOf("EMULATOR_PORT", setting("EMULATOR_PORT"), 8788),
    inspectorPort: portOf("INSPECTOR_PORT", setting("INSPECTOR_PORT"), 0),
    https: isOn("HTTPS", setting("HTTPS")),
    persistTo: values["persist-to"] ?? ".wrangler/state",
    forWrangler: wranglerArguments(values),
  };
}

function wranglerArguments(values: ReturnType<typeof parse>): string[] {
  const { tunnel, "tunnel-name": name, "log-level": level } = values;
  return [
    // wrangler prints the tunnel's address at this level.
    `--log-level=${level ?? (tunnel ? "log" : "warn")}`,
    ...(tunnel ? ["--tunnel"] : []),
    ...(name === undefined ? [] : [`--tunnel-name=${name}`]),
  ];
}

function parse(args: readonly string[]) {
  const { tokens, values } = parseArgs({
    args: [...args],
    options,
    strict: false,
    tokens: true,
    allowPositionals: true,
  });
  const seen = new Set<string>();
  for (const token of tokens) {
    if (token.kind === "option-terminator") continue;
    if (token.kind === "positional") throw unknown(`"${token.value}"`);
    const { name, rawName, value } = token;
    if (!Object.hasOwn(options, name)) throw unknown(rawName, remedies[name]);
    if (seen.has(name)) throw new Error(`${rawName} is given twice: give it once.`);
    seen.add(name);
    const wantsValue = options[name as keyof typeof options].type === "string";
    if (wantsValue && !value) throw new Error(`${rawName} has no value: write ${rawName}=….`);
    if (!wantsValue && value !== undefined) throw new Error(`${rawName} takes no value.`);
  }
  return values as { [Name in keyof typeof options]?: OptionValue<Name> };
}

type OptionValue<Name extends keyof typeof options> =
  (typeof options)[Name]["type"] extends "string" ? string : boolean;

function unknown(what: string, remedy = `there are ${names()}`): Error {
  return new Error(`${what} is no option of npm start: ${remedy}.`);
}

const names = (): string =>
  Object.keys(options)
    .map((name) => `--${name}`)
    .join(", ");

function hostOf(name: string, text: string | undefined): string {
  const host = !text || text === "localhost" ? "127.0.0.1" : text.replace(/^\[(.*)\]$/, "$1");
  const reason = unusableHost(host);
  if (reason === undefined) return host;
  throw new Error(`${name} is "${text}", ${reason}.`);
}

function isOn(name: string, text: string | undefined): boolean {
  if (!text || text === "0") return false;
  if (text === "1") return true;
  throw new Error(`${name} is "${text}": set it to 1 or 0.`);
}
