/**
 * A vector picture as a value, which `svg.ts` writes and `pixels.ts` rasterises.
 *
 * Paths are SVG's, with the absolute commands M L H V C Q Z only: both support no others.
 */

/** "#rrggbb". */
export type Paint = string;

interface Fill {
  readonly fill: Paint;
  readonly d: string;
}

/** With round ends and joints. */
interface Stroke {
  readonly stroke: Paint;
  readonly width: number;
  readonly d: string;
}

/** Marks with a common transform and clip path. */
export interface Group {
  readonly marks: readonly Mark[];
  readonly x?: number;
  readonly y?: number;
  readonly scale?: number;
  /** In degrees, about the group's origin. */
  readonly turn?: number;
  readonly mirrored?: boolean;
  /** A path, in the coordinates outside the group. */
  readonly clip?: string;
}

export type Mark = Fill | Stroke | Group;

/** The side of the square canvas, in its own units. */
export const canvas = 240;

export const fill = (fill: Paint, ...paths: string[]): Fill => ({ fill, d: paths.join("") });

export const stroke = (stroke: Paint, width: number, ...paths: string[]): Stroke => ({
  stroke,
  width,
  d: paths.join(""),
});

/** The handle length with which a cubic curve approximates a quarter of a circle. */
const round = 0.5523;

export function ellipse(x: number, y: number, rx: number, ry: number): string {
  const [kx, ky] = [rx * round, ry * round];
  return `M${n(x - rx)} ${n(y)}C${n(x - rx)} ${n(y - ky)} ${n(x - kx)} ${n(y - ry)} ${n(x)} ${n(y - ry)}C${n(x + kx)} ${n(y - ry)} ${n(x + rx)} ${n(y - ky)} ${n(x + rx)} ${n(y)}C${n(x + rx)} ${n(y + ky)} ${n(x + kx)} ${n(y + ry)} ${n(x)} ${n(y + ry)}C${n(x - kx)} ${n(y + ry)} ${n(x - rx)} ${n(y + ky)} ${n(x - rx)} ${n(y)}Z`;
}

export const circle = (x: number, y: number, r: number): string => ellipse(x, y, r, r);

/** A rectangle with round corners. */
export function rectangle(x: number, y: number, [w, h]: readonly [number, number], r = 0): string {
  const [right, bottom] = [x + w, y + h];
  return `M${n(x + r)} ${n(y)}H${n(right - r)}Q${n(right)} ${n(y)} ${n(right)} ${n(y + r)}V${n(bottom - r)}Q${n(right)} ${n(bottom)} ${n(right - r)} ${n(bottom)}H${n(x + r)}Q${n(x)} ${n(bottom)} ${n(x)} ${n(bottom - r)}V${n(y + r)}Q${n(x)} ${n(y)} ${n(x + r)} ${n(y)}Z`;
}

/** @param numbers x, y, x, y… */
export function polygon(...numbers: number[]): string {
  const corners = Array.from(
    { length: numbers.length / 2 },
    (_, i) => `${n(numbers[2 * i] ?? 0)} ${n(numbers[2 * i + 1] ?? 0)}`,
  );
  return `M${corners.join("L")}Z`;
}

export function star(x: number, y: number, [outer, inner]: [number, number], points = 5): string {
  const numbers = Array.from({ length: 2 * points }, (_, i) => {
    const [r, angle] = [i % 2 === 0 ? outer : inner, (Math.PI * i) / points - Math.PI / 2];
    return [x + r * Math.cos(angle), y + r * Math.sin(angle)];
  });
  return polygon(...numbers.flat());
}

/** Rounds to a tenth of a unit, for short SVG. */
const n = (value: number): number => Math.round(value * 10) / 10;
