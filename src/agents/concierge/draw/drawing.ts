/**
 * A picture as a value: coloured outlines, which can be written as SVG or filled as pixels.
 *
 * Paths are SVG's, with absolute commands M L H V C Q Z only, so that both sides read them alike.
 */

/** "#rrggbb". */
export type Paint = string;

export interface Fill {
  readonly fill: Paint;
  readonly d: string;
}

/** Round ends and joints. */
export interface Stroke {
  readonly stroke: Paint;
  readonly width: number;
  readonly d: string;
}

/** Marks that are moved, turned (degrees, about their origin) and sized together, and kept inside an outline. */
export interface Group {
  readonly marks: readonly Mark[];
  readonly x?: number;
  readonly y?: number;
  readonly scale?: number;
  readonly turn?: number;
  readonly mirrored?: boolean;
  /** In the coordinates around the group. */
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

/** The length of a handle that makes a quarter of a circle of a cubic curve. */
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

/** Corners, one after the other: x, y, x, y… */
export function polygon(...numbers: number[]): string {
  const corners = Array.from(
    { length: numbers.length / 2 },
    (_, i) => `${n(numbers[2 * i] ?? 0)} ${n(numbers[2 * i + 1] ?? 0)}`,
  );
  return `M${corners.join("L")}Z`;
}

/** A star, or with `inner` near `outer` a flower of straight lines. */
export function star(x: number, y: number, [outer, inner]: [number, number], points = 5): string {
  const numbers = Array.from({ length: 2 * points }, (_, i) => {
    const [r, angle] = [i % 2 === 0 ? outer : inner, (Math.PI * i) / points - Math.PI / 2];
    return [x + r * Math.cos(angle), y + r * Math.sin(angle)];
  });
  return polygon(...numbers.flat());
}

/** A tenth of a unit is finer than anybody sees. */
const n = (value: number): number => Math.round(value * 10) / 10;
