/** The type of motifs. A motif fits a box of 100 by 100 around the origin, and uses three inks. */
import type { Mark, Paint } from "./drawing.ts";

type Inks = readonly [Paint, Paint, Paint];

export type Motif = (inks: Inks) => readonly Mark[];
