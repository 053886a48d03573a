/** The programs of docs/gemini-sdk.md, as they are printed but for the address: each gets an answer through parley. */
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startScenarioServers, type ScenarioServers } from "../sdk/scenarios/runner.ts";
import { openFront, type Front } from "./support/front.ts";
import { missing, programs, type Program } from "./support/languages.ts";

const document = readFileSync(join(import.meta.dirname, "../../docs/gemini-sdk.md"), "utf8");

/** The first block of code in a section. */
function snippet(section: string): string {
  const [, body = ""] = document.split(`\n## ${section}\n`);
  return /^```\w+\n(.*?)^```$/ms.exec(body)?.[1] ?? "";
}

let servers: ScenarioServers;
let front: Front;
/** In this folder, so that imports find the packages. */
let folder: string;

beforeAll(async () => {
  servers = await startScenarioServers();
  front = await openFront(Number(new URL(servers.through().url).port));
  mkdirSync(join(import.meta.dirname, ".snippets"), { recursive: true });
  folder = mkdtempSync(join(import.meta.dirname, ".snippets/run-"));
  writeFileSync(join(folder, "front.pem"), front.certificate);
});
afterAll(async () => {
  front.close();
  rmSync(folder, { recursive: true });
  await servers.close();
});

/** Writes the section's program with this server's address. @returns its path. */
function written(section: string, file: string): string {
  const code = snippet(section);
  expect(code).toContain("https://parley.example/");
  const path = join(folder, file);
  writeFileSync(path, code.replaceAll("https://parley.example", `https://localhost:${front.port}`));
  return path;
}

async function output(command: string, args: readonly string[], env = {}): Promise<string> {
  const child = spawn(command, args, {
    cwd: folder,
    env: { ...process.env, PARLEY_TOKEN: servers.through().apiKey, ...env },
  });
  const [out, error] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return out === "" ? error : out;
}

const trusted = () => join(folder, "front.pem");
const skipped = (program: Program) => {
  const lack = missing(program);
  return lack === undefined ? "" : ` (skipped: ${lack})`;
};
const answer = /two plus two is four/i;

it("[CLIENT13] the JavaScript of the guide gets an answer", async () => {
  const path = written("JavaScript", "app.ts");
  const env = { NODE_EXTRA_CA_CERTS: trusted() };
  expect(await output(process.execPath, [path], env)).toMatch(answer);
});

it.skipIf(skipped(programs.python))(
  `[CLIENT13] the Python of the guide gets an answer${skipped(programs.python)}`,
  async () => {
    const { command, env } = programs.python.start(trusted());
    expect(await output(command, [written("Python", "app.py")], env)).toMatch(answer);
  },
);

it.skipIf(skipped(programs.go))(
  `[CLIENT13] the Go of the guide gets an answer${skipped(programs.go)}`,
  async () => {
    const path = written("Go", "main.go");
    const run = ["run", "-C", programs.go.cwd, path];
    expect(await output("go", run, { SSL_CERT_FILE: trusted() })).toMatch(answer);
  },
);

it.skipIf(skipped(programs.java))(
  `[CLIENT13] the Java of the guide gets an answer${skipped(programs.java)}`,
  async () => {
    const path = written("Java", "Main.java");
    const { args } = programs.java.start(trusted());
    expect(await output("java", [...args.slice(0, -1), path])).toMatch(answer);
  },
);
