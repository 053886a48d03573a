/** Packs the package as users receive it, installs it into an empty folder, and runs its command. */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

const root = join(import.meta.dirname, "../..");
const command = "node_modules/.bin/parley-emulator";

/** Prefers the system's Node: the one that runs the tests is newer than the oldest supported. */
const node = ["/usr/bin/node", "/usr/local/bin/node"].find(existsSync) ?? process.execPath;

export interface Installed {
  /** The installation folder. */
  readonly folder: string;
  /** Names of the installed packages. */
  readonly packages: readonly string[];
  /** The repository's package.json, before it was packed. */
  readonly manifestBefore: string;
  /** Reads a file of the package. */
  read(file: string): string;
  /** Runs the command, which must exit with 0. @returns its output. */
  run(...args: string[]): string;
  /** Runs a module in the folder. @returns its output. */
  runProgram(source: string): string;
  /** Compiles a module in the folder. @returns the compiler's output: empty if there is no error. */
  typeErrorsIn(source: string): string;
  /** Starts on a free port; stops with the test. @returns ws://… or wss://… */
  start(...args: string[]): Promise<string>;
  remove(): void;
}

export function installPacked(): Installed {
  const temporary = mkdtempSync(join(tmpdir(), "parley-pack-"));
  const folder = join(temporary, "empty");
  mkdirSync(folder);
  const manifestBefore = readFileSync(join(root, "package.json"), "utf8");
  npm(root, "pack", "--pack-destination", temporary);
  const [tarball = ""] = readdirSync(temporary).filter((file) => file.endsWith(".tgz"));
  npm(folder, "install", "--offline", "--no-audit", "--no-fund", join(temporary, tarball));
  return {
    folder,
    manifestBefore,
    packages: readdirSync(join(folder, "node_modules")).filter((name) => !name.startsWith(".")),
    read: (file) => readFileSync(join(folder, "node_modules/parley", file), "utf8"),
    run: (...args) => execFileSync(node, [command, ...args], { cwd: folder, encoding: "utf8" }),
    runProgram: (source) => {
      writeFileSync(join(folder, "program.mjs"), source);
      return execFileSync(node, ["program.mjs"], { cwd: folder, encoding: "utf8" });
    },
    typeErrorsIn: (source) => {
      writeFileSync(join(folder, "program.mts"), source);
      const tsc = join(root, "node_modules/typescript/bin/tsc");
      const options = ["--noEmit", "--strict", "--module", "nodenext", "--target", "es2024"];
      const types = ["--types", "node", "--typeRoots", join(root, "node_modules/@types")];
      const args = [tsc, ...options, ...types, "program.mts"];
      return spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8" }).stdout;
    },
    start: (...args) => start(folder, args),
    remove: () => rmSync(temporary, { recursive: true }),
  };
}

/** Drops the settings of the npm that may run these tests: they apply to another folder. */
export function npm(cwd: string, ...args: string[]): string {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.toLowerCase().startsWith("npm_")),
  );
  return execFileSync("npm", args, {
    cwd,
    env,
    stdio: ["ignore", "pipe", "pipe"],
    encoding: "utf8",
  });
}

async function start(folder: string, args: readonly string[]): Promise<string> {
  const child = spawn(node, [command, "--port", "0", ...args], { cwd: folder });
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await once(child, "exit");
  });
  return new Promise((resolve, reject) => {
    let printed = "";
    const onOutput = (data: Buffer) => {
      printed += data.toString();
      const address = /https?:\S+(?=\n)/u.exec(printed)?.[0];
      if (address !== undefined) resolve(address.replace("http", "ws"));
    };
    child.stdout.on("data", onOutput);
    child.stderr.on("data", onOutput);
    child.once("exit", () => reject(new Error(`it ended: ${printed}`)));
  });
}
