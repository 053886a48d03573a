/** Pixels, and a small grid of their average colours. */

/** A decoded picture, row by row from the top. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** Four bytes a pixel: red, green, blue, alpha. */
  readonly rgba: Uint8Array | Uint8ClampedArray;
}

/** Red, green and blue, 0 to 255. */
export interface Colour {
  readonly r: number;
  readonly g: number;
  readonly b: number;
}

/** The colour of a part of a picture; x and y of its centre, 0 to 1 from the left and from the top. */
interface Cell extends Colour {
  readonly x: number;
  readonly y: number;
}

/** Cells along each side, and pixels read along each side of a cell: a few milliseconds for any picture. */
const SIDE = 24;
const SAMPLES = 4;

/** `count` positions, evenly distributed over `length` pixels from `start`. */
const spread = (start: number, length: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => Math.floor(start + ((i + 0.5) * length) / count));

function average({ width, rgba }: Pixels, columns: number[], rows: number[]): Colour {
  const offsets = rows.flatMap((y) => columns.map((x) => (y * width + x) * 4));
  const mean = (channel: number): number =>
    offsets.reduce((sum, offset) => sum + (rgba[offset + channel] ?? 0), 0) / offsets.length;
  return { r: mean(0), g: mean(1), b: mean(2) };
}

export function cellsOf(pixels: Pixels): Cell[] {
  const { width, height } = pixels;
  const columns = Math.min(SIDE, width);
  const rows = Math.min(SIDE, height);
  return Array.from({ length: columns * rows }, (_, at) => {
    const [column, row] = [at % columns, Math.floor(at / columns)];
    const across = spread((column * width) / columns, width / columns, SAMPLES);
    const down = spread((row * height) / rows, height / rows, SAMPLES);
    return { ...average(pixels, across, down), x: (column + 0.5) / columns, y: (row + 0.5) / rows };
  });
}
