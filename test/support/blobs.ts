/** Synthetic camera frames: skin-coloured blobs on a wall, with noise, as JPEG. */
import jpeg from "jpeg-js";
import { createRandom } from "./scripted.ts";

const width = 160;
const height = 120;

export type Rgb = readonly [number, number, number];

/** From pale to dark. */
export const shades: readonly Rgb[] = [
  [241, 194, 165],
  [198, 134, 100],
  [120, 75, 52],
];

export interface BlobScene {
  /** Centres of heads, in pixels of a 160 × 120 frame. */
  readonly heads?: readonly (readonly [number, number])[];
  readonly shade?: Rgb;
  readonly wall?: Rgb;
  /** The radius of a head, in pixels. */
  readonly radius?: number;
  /** The maximum deviation of a pixel, 0 to 255. */
  readonly noise?: number;
  readonly seed?: number;
}

/** @returns the JPEG as base64. */
export function renderBlobs(scene: BlobScene = {}): string {
  const { noise = 0, seed = 1 } = scene;
  const random = createRandom(seed);
  const data = new Uint8Array(width * height * 4);
  for (let at = 0; at < width * height; at++) {
    const colour = colourAt(at % width, Math.floor(at / width), scene);
    for (const [channel, value] of colour.entries())
      data[4 * at + channel] = Math.max(0, Math.min(255, value + (random() - 0.5) * 2 * noise));
    data[4 * at + 3] = 255;
  }
  return jpeg.encode({ width, height, data }, 85).data.toString("base64");
}

/** This many heads side by side. */
export const crowd = (count: number, more: BlobScene = {}): string =>
  renderBlobs({
    ...more,
    heads: Array.from({ length: count }, (_, at) => [30 + at * 48, 55] as const),
  });

function colourAt(x: number, y: number, scene: BlobScene): Rgb {
  const { heads = [], shade = [198, 134, 100], wall = [90, 110, 140], radius = 16 } = scene;
  return heads.some(([cx, cy]) => Math.hypot(x - cx, y - cy) < radius) ? shade : wall;
}
