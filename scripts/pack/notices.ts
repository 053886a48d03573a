/** Collects the licence texts of all packages in the bundle. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** Packages that name a licence without its text, and one that includes a file of another author. */
const supplied = new Map([
  ["onnxruntime-web", "onnxruntime.txt"],
  ["onnxruntime-common", "onnxruntime.txt"],
  ["@ricky0123/vad-web", "silero.txt"],
  ["city-timezones", "city-timezones.txt"],
]);

/**
 * @param files absolute paths of the bundled files.
 * @throws Error if a package has no licence text: no work may be distributed without it.
 */
export async function notices(files: readonly string[]): Promise<string> {
  const folders = new Set(files.flatMap((file) => folderOf(file) ?? []));
  const parts = await Promise.all([...folders].map(notice));
  const head =
    "This software carries the following works. Each is under its own licence, as given here.\n";
  return [head, ...parts.sort()].join(`\n${"=".repeat(80)}\n\n`);
}

/** @returns the folder of the package that contains a file, if any. */
export function folderOf(file: string): string | undefined {
  return /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/u.exec(file)?.[0];
}

async function notice(folder: string): Promise<string> {
  const { name, version, license } = JSON.parse(
    await readFile(join(folder, "package.json"), "utf8"),
  ) as { name: string; version: string; license?: string };
  return `${name} ${version} (${license ?? "see below"})\n\n${(await textOf(folder, name)).trim()}\n`;
}

async function textOf(folder: string, name: string): Promise<string> {
  const own = supplied.get(name);
  if (own !== undefined) return readFile(join(import.meta.dirname, "licences", own), "utf8");
  const found = (await readdir(folder)).filter((file) =>
    /^(?:licen[cs]e|copying|notice)/iu.test(file),
  );
  if (found.length === 0)
    throw new Error(`${name} brings no licence text: put it into scripts/pack/licences.`);
  const texts = await Promise.all(found.sort().map((file) => readFile(join(folder, file), "utf8")));
  return texts.join("\n");
}
