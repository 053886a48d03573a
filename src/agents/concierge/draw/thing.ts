/** The type of a thing's drawing: layers under and over its motifs, and the motifs' positions. */
import type { Colour } from "./colours.ts";
import type { Mark } from "./drawing.ts";

/** A motif's centre and size, in units of the canvas. */
export type Spot = readonly [x: number, y: number, size: number];

interface Thing {
  readonly under: readonly Mark[];
  /** A path, filled with the thing's colour, that clips the motifs. */
  readonly surface: string;
  readonly spots: readonly Spot[];
  readonly over?: readonly Mark[];
}

export type Draw = (colour: Colour) => Thing;

/** Materials of things' parts. */
export const wood = "#c99b66";
export const darkWood = "#a97b49";
export const metal = "#8f989f";
