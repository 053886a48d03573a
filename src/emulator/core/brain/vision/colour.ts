/** Names of colours, by hue, saturation and lightness. */
import type { Colour } from "./pixels.ts";

/** The hue in degrees at which each name ends. */
const HUES: readonly (readonly [number, string])[] = [
  [14, "red"],
  [42, "orange"],
  [68, "yellow"],
  [165, "green"],
  [195, "turquoise"],
  [255, "blue"],
  [290, "purple"],
  [340, "pink"],
  [361, "red"],
];

/** The highest saturation of a grey, the highest lightness of black, the lowest of white. */
const GREY = 0.16;
const BLACK = 0.13;
const WHITE = 0.88;

/** Perceived brightness, 0 to 1 (ITU-R BT.601 luma). */
export const brightness = ({ r, g, b }: Colour): number =>
  (0.299 * r + 0.587 * g + 0.114 * b) / 255;

/** In degrees. */
function hueOf({ r, g, b }: Colour, most: number, spread: number): number {
  if (most === r) return (((g - b) / spread + 6) % 6) * 60;
  return most === g ? ((b - r) / spread + 2) * 60 : ((r - g) / spread + 4) * 60;
}

/** Brown is a dark orange. */
export function nameOf(colour: Colour): string {
  const most = Math.max(colour.r, colour.g, colour.b);
  const least = Math.min(colour.r, colour.g, colour.b);
  const lightness = (most + least) / 510;
  if (lightness < BLACK) return "black";
  if ((most - least) / most < GREY) return lightness > WHITE ? "white" : "grey";
  const hue = hueOf(colour, most, most - least);
  const name = HUES.find(([end]) => hue < end)?.[1] ?? "red";
  return name === "orange" && most < 170 ? "brown" : name;
}
