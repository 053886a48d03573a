/** The labelled speech in `wavs/`: its audio and its text. */
import { readFileSync } from "node:fs";
import { readWav } from "./wav.ts";

export interface Clip {
  readonly file: string;
  readonly speaker: "espeak" | "human";
  readonly says: string;
}

const folder = new URL("./wavs/", import.meta.url);

export const clips: readonly Clip[] = JSON.parse(
  readFileSync(new URL("labels.json", folder), "utf8"),
);

/** @returns mono PCM16 at 16 kHz. */
export function clipSamples(file: string): Int16Array<ArrayBuffer> {
  return readWav(new URL(file, folder)).samples;
}
