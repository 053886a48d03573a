#!/usr/bin/env node
/** `npm create parley my-agent`: copies the project into a new folder. It needs no network and no other package. */
import { cpSync, existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { basename, join, relative, resolve } from "node:path";

const [target, ...rest] = process.argv.slice(2);
if (target === undefined || target.startsWith("-") || rest.length > 0) {
  console.error(
    "Usage: npm create parley FOLDER\nMakes a project for a voice agent in a new folder.",
  );
  process.exit(target === "--help" ? 0 : 1);
}

const folder = resolve(target);
if (existsSync(folder) && readdirSync(folder).length > 0) {
  console.error(`create-parley: ${target} is not empty, and was left as it is: name a new folder.`);
  process.exit(1);
}

cpSync(
  join(import.meta.dirname ?? new URL(".", import.meta.url).pathname, "dist/project"),
  folder,
  {
    recursive: true,
  },
);
// npm leaves files of that name out of packages.
renameSync(join(folder, "gitignore"), join(folder, ".gitignore"));
const name = basename(folder)
  .toLowerCase()
  .replace(/[^a-z0-9-]+/gu, "-")
  .replace(/^-+|-+$/gu, "");
for (const [file, pattern] of [
  ["package.json", /"name": "[^"]*"/u],
  ["wrangler.toml", /^name = "[^"]*"/mu],
]) {
  const path = join(folder, file);
  const separator = file.endsWith(".json") ? ": " : " = ";
  const key = file.endsWith(".json") ? '"name"' : "name";
  const text = readFileSync(path, "utf8");
  writeFileSync(path, text.replace(pattern, `${key}${separator}"${name || "my-agent"}"`));
}
console.log(
  [
    `Made ${target}. Next:`,
    "",
    `  cd ${relative(process.cwd(), folder) || "."}`,
    "  npm install",
    "  npm start     # → http://localhost:8787: press the button and speak; no key is needed",
    "  npm test      # orders a coffee from the agent, at the emulator",
    "",
    "The agent is src/agents/waiter.ts. README.md says how to use Google's Live API and how to deploy.",
  ].join("\n"),
);
