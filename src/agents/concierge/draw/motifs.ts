/** All motifs, by name. */
import { animals } from "./animals.ts";
import { scenes } from "./scenes.ts";

export const motifs = { ...animals, ...scenes };

export type MotifName = keyof typeof motifs;

export const motifNames = Object.keys(motifs) as MotifName[];
