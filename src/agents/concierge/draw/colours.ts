/** The colours of the products, with matching inks for the motifs. */
import type { Paint } from "./drawing.ts";

export interface Colour {
  readonly base: Paint;
  /** For rims, seams and handles. */
  readonly dark: Paint;
  readonly light: Paint;
  /** Three inks that contrast with `base`, the first the most. */
  readonly inks: readonly [Paint, Paint, Paint];
}

const colour = (base: Paint, dark: Paint, light: Paint, inks: Colour["inks"]): Colour => ({
  base,
  dark,
  light,
  inks,
});

export const colours = {
  red: colour("#d6453d", "#a8302b", "#e8776e", ["#fff3dc", "#ffd166", "#6f1a1e"]),
  orange: colour("#ee8434", "#c4641c", "#f7ad71", ["#4a2c2a", "#fff1d0", "#b8302b"]),
  yellow: colour("#f2c230", "#cc9c14", "#f8dc80", ["#3b3a5a", "#d6453d", "#fffbe6"]),
  green: colour("#3f8f5b", "#2b6a42", "#77b78d", ["#fff8e1", "#f7b733", "#173f2b"]),
  turquoise: colour("#2aa5a0", "#1b7d79", "#6cc9c4", ["#fffdf0", "#ff9a70", "#10423f"]),
  blue: colour("#2f6fb7", "#1f4f88", "#6fa1da", ["#fdf6e3", "#ffd166", "#f2766c"]),
  purple: colour("#7a5bb5", "#593f8c", "#a68fd2", ["#fdf0ff", "#ffd166", "#f28cb1"]),
  pink: colour("#ec8fb0", "#cc6a8e", "#f6bccf", ["#6b2d5c", "#fff5f7", "#c93a4b"]),
  brown: colour("#8a5a3c", "#653e27", "#b5866a", ["#fbe9cf", "#f2a541", "#3d2314"]),
  black: colour("#2b2d33", "#16171b", "#565a64", ["#f4f1e8", "#f2c230", "#e4572e"]),
  grey: colour("#9aa3a8", "#737c82", "#c2c9cd", ["#22303c", "#fdfdf5", "#c4423b"]),
  white: colour("#f9f7f1", "#d5d0c3", "#ffffff", ["#2f4858", "#d6453d", "#e89b2f"]),
} as const satisfies Record<string, Colour>;

export type ColourName = keyof typeof colours;

export const colourNames = Object.keys(colours) as ColourName[];

/** The background of all pictures: paler than any product. */
export const ground: Paint = "#dce2e8";
export const shadow: Paint = "#cdd5dc";
