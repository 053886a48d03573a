/**
 * Copies the documents for readers of the deployed server into `public`: `llms.txt`, and each page that it links.
 *
 * Their relative links are the same there as in the repository. An unchanged file keeps its time stamp: `npm start`
 * watches the folder.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

export const indexFile = "llms.txt";

/** The relative addresses that a text of Markdown links, without fragments, each once. */
export function linkedPaths(markdown: string): string[] {
  const targets = [...markdown.matchAll(/\]\(([^)\s]+)\)/gu)].map(([, target = ""]) => target);
  const local = targets.filter((target) => !/^(?:[a-z]+:|#)/u.test(target));
  return [...new Set(local.map((target) => target.replace(/#.*/u, "")))];
}

/**
 * @param root the repository.
 * @param out the folder of static files.
 * @throws Error if a linked page does not exist.
 */
export async function publishDocs(root: string, out: string): Promise<void> {
  const index = await readFile(join(root, indexFile), "utf8");
  await Promise.all(
    [indexFile, ...linkedPaths(index)].map((path) =>
      copyIfChanged(join(root, path), join(out, path)),
    ),
  );
}

async function copyIfChanged(from: string, to: string): Promise<void> {
  const [text, old] = await Promise.all([
    readFile(from, "utf8"),
    readFile(to, "utf8").catch(() => undefined),
  ]);
  if (text === old) return;
  await mkdir(dirname(to), { recursive: true });
  await writeFile(to, text);
}
