/**
 * Builds `templates/create-parley/dist/project` for `npm pack` there: the project that `npm create parley` copies.
 *
 *     this repository, without its tests, examples and tools  +  templates/create-parley/template  =  the project
 *
 * Its packages are those that the copied files import.
 */
import { cp, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";

const root = join(import.meta.dirname, "..");
const template = join(root, "templates/create-parley/template");
const out = join(root, "templates/create-parley/dist/project");

/** The commands of the project, and the scripts that they run. */
const commands = ["start", "emulator", "build:client", "deploy", "token"];
const entryScripts = ["start.ts", "build-client.ts", "token.ts", "check-agents.ts", "reload.ts"];

const folders = ["src", "packages", "public", "docs"];
const files = ["LICENSE", "CONTRIBUTING.md", "SECURITY.md", "llms.txt", ".dev.vars.example"];
const settings = ["tsconfig.base.json", "tsconfig.client.json"];

/** Packages that no file imports. */
const tools = ["node", "typescript", "wrangler", "@cloudflare/workers-types", "@types/node"];

const isSource = (path: string): boolean => /\.(?:ts|mts|js)$/u.test(path);

await pack();

async function pack(): Promise<void> {
  await rm(out, { recursive: true, force: true });
  await mkdir(out, { recursive: true });
  for (const path of [...folders, ...files, ...settings, ...(await importedScripts())])
    // One after the other: the copies share folders.
    // oxlint-disable-next-line no-await-in-loop
    await cp(join(root, path), join(out, path), { recursive: true, filter: isOfProject });
  await cp(template, out, { recursive: true });
  await writeFile(join(out, "wrangler.toml"), await wranglerSettings());
  await writeFile(join(out, "package.json"), await packageJson());
}

/** Leaves out the example agents, what a build makes, and what makes a package of the client. */
function isOfProject(path: string): boolean {
  const name = relative(root, path).replaceAll("\\", "/");
  if (/^public\/(?:assets|products|docs|llms\.txt|parley\.js|[A-Z]+\.md)/u.test(name)) return false;
  if (/^packages\/client\/(?:dist|[^/]*\.(?:json|md)$|LICENSE|src\/react\.ts)/u.test(name))
    return false;
  return !name.startsWith("src/agents/");
}

/** The scripts that commands run, with those that they import. Imports at run time are the examples'. */
async function importedScripts(): Promise<string[]> {
  const found = new Set<string>();
  const add = async (file: string): Promise<void> => {
    if (found.has(file)) return;
    found.add(file);
    const text = await readFile(file, "utf8");
    const imports = [...text.matchAll(/from "(\.[^"]+)"/gu)].map(([, path = ""]) =>
      resolve(dirname(file), path),
    );
    await Promise.all(imports.filter((path) => path.startsWith(join(root, "scripts"))).map(add));
  };
  await Promise.all(entryScripts.map((name) => add(join(root, "scripts", name))));
  return [...found].map((file) => relative(root, file));
}

/** Without the database of an example. */
async function wranglerSettings(): Promise<string> {
  const text = await readFile(join(root, "wrangler.toml"), "utf8");
  return text.replace(/\n# The concierge's catalogue[^]*?migrations_dir = "migrations"\n/u, "");
}

async function packageJson(): Promise<string> {
  const own = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as {
    version: string;
    type: string;
    scripts: Record<string, string>;
    dependencies: Record<string, string>;
    devDependencies: Record<string, string>;
    overrides: object;
    devEngines: object;
    engines: object;
    allowScripts: object;
    cloudflare: object;
  };
  const sources = await readSources(out);
  const isNeeded = (name: string): boolean =>
    tools.includes(name) || sources.some((text) => text.includes(`"${name}`));
  const needed = (packages: Record<string, string>): object =>
    Object.fromEntries(Object.entries(packages).filter(([name]) => isNeeded(name)));
  const { type, overrides, devEngines, engines, allowScripts, cloudflare } = own;
  const project = {
    name: "my-agent",
    version: "0.1.0",
    private: true,
    type,
    scripts: {
      ...Object.fromEntries(commands.map((name) => [name, own.scripts[name]])),
      test: "node --test test/*.test.ts",
      types:
        "wrangler types --include-runtime=false && tsc -p tsconfig.json && tsc -p tsconfig.client.json",
    },
    dependencies: needed(own.dependencies),
    devDependencies: needed(own.devDependencies),
    overrides,
    devEngines,
    engines,
    allowScripts,
    cloudflare,
  };
  return `${JSON.stringify(project, undefined, 2)}\n`;
}

async function readSources(folder: string): Promise<string[]> {
  const names = await readdir(folder, { recursive: true });
  return Promise.all(names.filter(isSource).map((name) => readFile(join(folder, name), "utf8")));
}
