/** Names for colours, by hue, saturation and lightness. */
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

/** Below this saturation a colour is a grey. */
const GREY = 0.16;
const BLACK = 0.13;
const WHITE = 0.88;

/** How bright a colour looks, 0 to 1 (ITU-R BT.601 luma). */
export const brightness = ({ r, g, b }: Colour): number =>
  (0.299 * r + 0.587 * g + 0.114 * b) / 255;

function hueOf({ r, g, b }: Colour, most: number, spread: number): number {
  if (spread === 0) return 0;
  if (most === r) return (((g - b) / spread + 6) % 6) * 60;
  return most === g ? ((b - r) / spread + 2) * 60 : ((r - g) / spread + 4) * 60;
}

/** "red", "dark" is left to the whole picture; brown is a dark orange. */
export function nameOf(colour: Colour): string {
  const most = Math.max(colour.r, colour.g, colour.b);
  const least = Math.min(colour.r, colour.g, colour.b);
  const lightness = (most + least) / 510;
  const spread = most - least;
  const saturation = most === 0 ? 0 : spread / most;
  if (lightness < BLACK) return "black";
  if (saturation < GREY) return lightness > WHITE ? "white" : "grey";
  const hue = hueOf(colour, most, spread);
  const name = HUES.find(([end]) => hue < end)?.[1] ?? "red";
  return name === "orange" && most < 170 ? "brown" : name;
}
