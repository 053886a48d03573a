/**
 * Compares pictures by colours and outline, without recognising objects.
 *
 * Catalogue pictures and photos pass through the same code. Pixels that differ from the picture's border count as the
 * object, so a plain background helps.
 */
import { colourNames, colours, type ColourName } from "../draw/colours.ts";
import type { Pixels } from "../draw/pixels.ts";
import { lazy } from "../../../wire/lazy.ts";
import { distance, labOf, type Lab } from "./lab.ts";

export interface Features {
  /** The share of each colour, in the order of `colourNames`; the sum is 1. */
  readonly colours: readonly number[];
  /** How much of each tenth of the object's bounding box is filled, from the top, and from the left; 0 to 1. */
  readonly rows: readonly number[];
  readonly columns: readonly number[];
  /** Width divided by height of the bounding box. */
  readonly aspect: number;
}

/** Pictures are reduced to this length of the longer side, in pixels: more adds noise only. */
const side = 64;
const bands = 10;
/** Pixels within this distance (CIELAB) of the border's colour are background. */
const minContrast = 8;
/** The minimum share of the picture that an object fills. */
const minShare = 0.02;

const palette = lazy(() => colourNames.map((name) => labOf(hex(colours[name].base))));

/** @returns undefined if no object stands out from the background. */
export function featuresOf(pixels: Pixels): Features | undefined {
  const small = shrunk(pixels);
  const mask = foreground(small);
  const inside = [...mask.keys()].filter((i) => mask[i]);
  if (inside.length < mask.length * minShare) return undefined;
  const at = inside.map((i) => [i % small.width, Math.floor(i / small.width)] as const);
  const [left, right] = extent(at.map(([x]) => x));
  const [top, bottom] = extent(at.map(([, y]) => y));
  const [width, height] = [right - left + 1, bottom - top + 1];
  return {
    colours: sharesOf(inside.map((i) => small.labs[i] ?? [0, 0, 0])),
    rows: profile(
      at.map(([, y]) => (y - top) / height),
      (width * height) / bands,
    ),
    columns: profile(
      at.map(([x]) => (x - left) / width),
      (width * height) / bands,
    ),
    aspect: rounded(width / height),
  };
}

/** The dominant colours, in descending order. */
export const namedColours = ({ colours }: Features): ColourName[] =>
  colourNames
    .map((name, i) => ({ name, share: colours[i] ?? 0 }))
    .filter(({ share }) => share > 0.12)
    .sort((a, b) => b.share - a.share)
    .map(({ name }) => name);

/** From 0 to 1; colours and outline have equal weight. */
export function similarity(a: Features, b: Features): number {
  const colour = a.colours.reduce((sum, share, i) => sum + Math.min(share, b.colours[i] ?? 0), 0);
  const gap = (gapOf(a.rows, b.rows) + gapOf(a.columns, b.columns)) / 2;
  const aspect = Math.min(a.aspect / b.aspect, b.aspect / a.aspect);
  return rounded(0.5 * colour + 0.5 * Math.max(0, 1 - 2.5 * gap) * aspect);
}

const gapOf = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, i) => sum + Math.abs(value - (b[i] ?? 0)), 0) / a.length;

interface Small {
  readonly width: number;
  readonly height: number;
  readonly labs: readonly Lab[];
}

/** Reduces a picture by averaging. */
function shrunk({ width, height, rgba }: Pixels): Small {
  const step = Math.max(1, Math.max(width, height) / side);
  const [w, h] = [Math.max(1, Math.floor(width / step)), Math.max(1, Math.floor(height / step))];
  // A cache: drawn pictures have few colours.
  const known = new Map<string, Lab>();
  const labs = Array.from({ length: w * h }, (_, i) => {
    const [x, y] = [(i % w) * step, Math.floor(i / w) * step];
    const box = [x, y, Math.min(width, x + step), Math.min(height, y + step)] as const;
    const colour = average(rgba, width, box);
    const key = colour.join();
    const lab = known.get(key) ?? labOf(colour);
    known.set(key, lab);
    return lab;
  });
  return { width: w, height: h, labs };
}

function average(
  rgba: Uint8Array,
  width: number,
  [left, top, right, bottom]: readonly [number, number, number, number],
): [number, number, number] {
  let [r, g, b, count] = [0, 0, 0, 0];
  for (let y = Math.floor(top); y < bottom; y++)
    for (let x = Math.floor(left); x < right; x++) {
      const at = (y * width + x) * 4;
      r += rgba[at] ?? 0;
      g += rgba[at + 1] ?? 0;
      b += rgba[at + 2] ?? 0;
      count++;
    }
  return [r / count, g / count, b / count];
}

/** The pixels that differ from the border by more than the border varies. */
function foreground({ width, height, labs }: Small): boolean[] {
  const border = labs.filter((_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    return x === 0 || y === 0 || x === width - 1 || y === height - 1;
  });
  const middle = [0, 1, 2].map((k) => median(border.map((lab) => lab[k] ?? 0))) as unknown as Lab;
  const spread = median(border.map((lab) => distance(lab, middle)));
  const far = Math.max(minContrast, 3 * spread);
  return labs.map((lab) => distance(lab, middle) > far);
}

function sharesOf(labs: readonly Lab[]): number[] {
  const counts = palette().map(() => 0);
  const known = new Map<Lab, number>();
  for (const lab of labs) {
    const nearest = known.get(lab) ?? nearestTo(lab);
    known.set(lab, nearest);
    counts[nearest] = (counts[nearest] ?? 0) + 1;
  }
  return counts.map((count) => rounded(count / labs.length));
}

function nearestTo(lab: Lab): number {
  const distances = palette().map((each) => distance(each, lab));
  return distances.indexOf(Math.min(...distances));
}

/** @param positions from 0 to 1. @param full the number of positions that fill a band. */
function profile(positions: readonly number[], full: number): number[] {
  const counts = Array.from({ length: bands }, () => 0);
  for (const position of positions) {
    const band = Math.min(bands - 1, Math.floor(position * bands));
    counts[band] = (counts[band] ?? 0) + 1;
  }
  return counts.map((count) => rounded(Math.min(1, count / full)));
}

const extent = (values: readonly number[]): [number, number] => [
  values.reduce((a, b) => Math.min(a, b)),
  values.reduce((a, b) => Math.max(a, b)),
];

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

const rounded = (value: number): number => Math.round(value * 1000) / 1000;

function hex(paint: string): [number, number, number] {
  const value = Number.parseInt(paint.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}
