/** Which packages and folders a bundle is made of. */

/** What esbuild's metafile says of one output file. */
export interface BundleOutput {
  readonly inputs: Readonly<Record<string, { readonly bytesInOutput: number }>>;
}

export interface BundlePart {
  /** A package, or a folder or file directly under `src`. */
  readonly name: string;
  readonly bytes: number;
}

/** @returns the parts with their minified bytes, the largest first. */
export function partsOf({ inputs }: BundleOutput): BundlePart[] {
  const sums = new Map<string, number>();
  for (const [file, { bytesInOutput }] of Object.entries(inputs)) {
    const name = partOf(file);
    sums.set(name, (sums.get(name) ?? 0) + bytesInOutput);
  }
  return [...sums]
    .map(([name, bytes]) => ({ name, bytes }))
    .toSorted((a, b) => b.bytes - a.bytes || a.name.localeCompare(b.name));
}

/** Files that the Worker must not hold, with the reason for each. */
export function forbiddenFiles(files: readonly string[]): string[] {
  return files.flatMap((file) => {
    const reason = forbidden.find(([pattern]) => pattern.test(file))?.[1];
    return reason === undefined ? [] : [`${file} (${reason})`];
  });
}

const forbidden: readonly [RegExp, string][] = [
  [/emulator|onnx|moonshine|flite|vad-web/, "it is the emulator's"],
  [/@google\/genai|[\\/]ws[\\/]/, "it is for Node"],
  [
    /zod\/v4\/locales\/(?!en\.)/,
    'a file imports all of zod: write import * as z from "zod", or the bundle holds the error texts of 50 languages',
  ],
  [/jpeg-js\/lib\/encoder/, 'a file imports the encoder, too: import "jpeg-js/lib/decoder.js"'],
];

function partOf(file: string): string {
  const path = file.replaceAll("\\", "/");
  const [, inPackage] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path) ?? [];
  return inPackage ?? path.split("/").slice(0, 2).join("/");
}
