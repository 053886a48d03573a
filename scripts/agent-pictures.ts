/**
 * Writes the pictures that the agents show into `public/products`, as static files: the Worker would draw them at each
 * request, and hold the code for it. An unchanged file keeps its time stamp: `npm start` watches the folder.
 */
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * @param pictures their contents, by the name of the file.
 * @param out the folder. A file that is none of the pictures is deleted.
 */
export async function writePictures(
  pictures: ReadonlyMap<string, string>,
  out: string,
): Promise<void> {
  await mkdir(out, { recursive: true });
  const old = (await readdir(out)).filter((name) => !pictures.has(name));
  await Promise.all([
    ...old.map((name) => rm(join(out, name), { force: true })),
    ...[...pictures].map(([name, content]) => writeIfChanged(join(out, name), content)),
  ]);
}

async function writeIfChanged(file: string, content: string): Promise<void> {
  const old = await readFile(file, "utf8").catch(() => undefined);
  if (old !== content) await writeFile(file, content);
}
