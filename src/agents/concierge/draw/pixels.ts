/** Rasterises a picture, so that its colours and outline can be compared with a photo's. */
import { canvas, type Group, type Mark } from "./drawing.ts";
import {
  compose,
  transform,
  outlineOf,
  type Affine,
  type PathPoint,
  type Polygon,
} from "./outline.ts";

export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** Four bytes for each pixel, row by row. */
  readonly rgba: Uint8Array;
}

/** One byte for each pixel: 1 inside, 0 outside. */
type Mask = Uint8Array;

/** @param size width and height, in pixels. */
export function pixelsOf(marks: readonly Mark[], size: number): Pixels {
  const rgba = new Uint8Array(size * size * 4).fill(255);
  const scale = size / canvas;
  paint(marks, { rgba, size, to: [scale, 0, 0, scale, 0, 0], clip: undefined });
  return { width: size, height: size, rgba };
}

interface Canvas {
  readonly rgba: Uint8Array;
  readonly size: number;
  readonly to: Affine;
  readonly clip: Mask | undefined;
}

function paint(marks: readonly Mark[], target: Canvas): void {
  for (const mark of marks) {
    if ("marks" in mark) paint(mark.marks, transformed(mark, target));
    else if ("fill" in mark) paintMask(target, mark.fill, filled(target, mark.d));
    else paintMask(target, mark.stroke, stroked(target, mark.d, mark.width));
  }
}

function transformed(group: Group, target: Canvas): Canvas {
  const clip = group.clip === undefined ? target.clip : filled(target, group.clip);
  return { ...target, to: compose(target.to, affineOf(group)), clip };
}

function affineOf({ x = 0, y = 0, scale = 1, turn = 0, mirrored = false }: Group): Affine {
  const angle = (turn * Math.PI) / 180;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const turned = compose([1, 0, 0, 1, x, y], [cos, sin, -sin, cos, 0, 0]);
  return compose(turned, [mirrored ? -scale : scale, 0, 0, scale, 0, 0]);
}

function paintMask({ rgba, clip }: Canvas, paint: string, mask: Mask): void {
  const value = Number.parseInt(paint.slice(1), 16);
  const [r, g, b] = [value >> 16, (value >> 8) & 255, value & 255];
  for (let i = 0; i < mask.length; i++) {
    if (mask[i] !== 1 || (clip !== undefined && clip[i] !== 1)) continue;
    rgba[i * 4] = r;
    rgba[i * 4 + 1] = g;
    rgba[i * 4 + 2] = b;
  }
}

const polygonsOf = ({ to }: Canvas, d: string): Polygon[] =>
  outlineOf(d).map((polygon) => polygon.map((point) => transform(to, point)));

/** Fills by nonzero winding, SVG's default, between the crossings of each row's centre line. */
function filled(target: Canvas, d: string): Mask {
  const { size } = target;
  const mask = new Uint8Array(size * size);
  const polygons = polygonsOf(target, d);
  for (let row = 0; row < size; row++) {
    let winding = 0;
    let from = 0;
    for (const [x, way] of crossings(polygons, row + 0.5)) {
      if (winding !== 0) fillRow(mask, size, row, [from, x]);
      winding += way;
      from = x;
    }
  }
  return mask;
}

function fillRow(mask: Mask, size: number, row: number, [from, to]: [number, number]): void {
  const first = Math.max(0, Math.ceil(from - 0.5));
  const last = Math.min(size, Math.ceil(to - 0.5));
  if (last > first) mask.fill(1, row * size + first, row * size + last);
}

function crossings(polygons: readonly Polygon[], y: number): [x: number, way: number][] {
  const found: [number, number][] = [];
  for (const polygon of polygons)
    for (const [i, [x0, y0]] of polygon.entries()) {
      const [x1, y1] = polygon[(i + 1) % polygon.length] ?? [x0, y0];
      if (y0 <= y === y1 <= y) continue;
      found.push([x0 + ((y - y0) / (y1 - y0)) * (x1 - x0), y1 > y0 ? 1 : -1]);
    }
  return found.sort(([a], [b]) => a - b);
}

function stroked(target: Canvas, d: string, width: number): Mask {
  const { size, to } = target;
  const mask = new Uint8Array(size * size);
  const reach = (width / 2) * Math.hypot(to[0], to[1]);
  for (const polygon of polygonsOf(target, d)) {
    const ends = /Z\s*$/.test(d) ? [...polygon, ...polygon.slice(0, 1)] : polygon;
    for (let i = 1; i < ends.length; i++)
      thicken(mask, size, reach, [ends[i - 1] ?? [0, 0], ends[i] ?? [0, 0]]);
  }
  return mask;
}

/** Marks every pixel whose centre is within `reach` of a line segment. */
function thicken(mask: Mask, size: number, reach: number, [a, b]: [PathPoint, PathPoint]): void {
  const span = (k: 0 | 1): [number, number] => [
    Math.max(0, Math.floor(Math.min(a[k], b[k]) - reach)),
    Math.min(size - 1, Math.ceil(Math.max(a[k], b[k]) + reach)),
  ];
  const [[left, right], [top, bottom]] = [span(0), span(1)];
  for (let y = top; y <= bottom; y++)
    for (let x = left; x <= right; x++)
      if (distance([x + 0.5, y + 0.5], a, b) <= reach) mask[y * size + x] = 1;
}

function distance([x, y]: PathPoint, [ax, ay]: PathPoint, [bx, by]: PathPoint): number {
  const [dx, dy] = [bx - ax, by - ay];
  const long = dx * dx + dy * dy;
  const t = long === 0 ? 0 : Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / long));
  return Math.hypot(x - ax - t * dx, y - ay - t * dy);
}
