/** How a kind of thing is drawn: what lies under its motifs, where they go, and what lies over them. */
import type { Colour } from "./colours.ts";
import type { Mark } from "./drawing.ts";

/** Where a motif goes: its middle, and its size in units of the canvas. */
export type Spot = readonly [x: number, y: number, size: number];

export interface Thing {
  readonly under: readonly Mark[];
  /** What the motifs stay inside; its colour is the thing's. */
  readonly surface: string;
  readonly spots: readonly Spot[];
  readonly over?: readonly Mark[];
}

export type Draw = (colour: Colour) => Thing;

/** The wood and metal that many things have a part of. */
export const wood = "#c99b66";
export const darkWood = "#a97b49";
export const metal = "#8f989f";
