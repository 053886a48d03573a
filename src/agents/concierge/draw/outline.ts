/** Converts a path to polygons. */
export type PathPoint = readonly [x: number, y: number];
export type Polygon = readonly PathPoint[];

/** An affine transform: (x, y) → (ax + cy + e, bx + dy + f). */
export type Affine = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

/** Applies `inner`, then `outer`. */
export const compose = (outer: Affine, inner: Affine): Affine => {
  const [a, b, c, d, e, f] = outer;
  const [g, h, i, j, k, l] = inner;
  return [
    a * g + c * h,
    b * g + d * h,
    a * i + c * j,
    b * i + d * j,
    a * k + c * l + e,
    b * k + d * l + f,
  ];
};

export const transform = ([a, b, c, d, e, f]: Affine, [x, y]: PathPoint): PathPoint => [
  a * x + c * y + e,
  b * x + d * y + f,
];

/** Line segments for one curve: enough for pictures of a hundred pixels. */
const segments = 8;

/** @throws Error at a command other than M L H V C Q Z. */
export function outlineOf(d: string): Polygon[] {
  const pen = new Pen();
  for (const [, command = "", rest = ""] of d.matchAll(/([A-Za-z])([^A-Za-z]*)/g))
    pen.follow(command, (rest.match(/-?\d*\.?\d+/g) ?? []).map(Number));
  return pen.polygons;
}

class Pen {
  readonly polygons: PathPoint[][] = [];
  #at: PathPoint = [0, 0];

  follow(command: string, numbers: readonly number[]): void {
    const size = sizes[command];
    if (size === undefined) throw new Error(`A path may not have "${command}".`);
    for (let i = 0; i < numbers.length; i += size)
      this.#draw(i > 0 && command === "M" ? "L" : command, numbers.slice(i, i + size));
  }

  #draw(command: string, [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0]: readonly number[]): void {
    const [x, y] = this.#at;
    if (command === "M") this.polygons.push([]);
    if (command === "H") return this.#to([a, y]);
    if (command === "V") return this.#to([x, a]);
    if (command === "C") return this.#curve([a, b], [c, d], [e, f]);
    // A quadratic curve equals the cubic one with handles at two thirds of the way.
    if (command === "Q")
      return this.#curve(
        [x + ((a - x) * 2) / 3, y + ((b - y) * 2) / 3],
        [c + ((a - c) * 2) / 3, d + ((b - d) * 2) / 3],
        [c, d],
      );
    this.#to([a, b]);
  }

  #to(point: PathPoint): void {
    this.#at = point;
    this.polygons.at(-1)?.push(point);
  }

  #curve(p1: PathPoint, p2: PathPoint, p3: PathPoint): void {
    const p0 = this.#at;
    for (let i = 1; i <= segments; i++) {
      const t = i / segments;
      this.#to([0, 1].map((k) => cubic(t, p0[k], p1[k], p2[k], p3[k])) as [number, number]);
    }
  }
}

const sizes: Readonly<Record<string, number>> = { M: 2, L: 2, H: 1, V: 1, C: 6, Q: 4, Z: 1 };

function cubic(t: number, a = 0, b = 0, c = 0, d = 0): number {
  const s = 1 - t;
  return s * s * s * a + 3 * s * s * t * b + 3 * s * t * t * c + t * t * t * d;
}
