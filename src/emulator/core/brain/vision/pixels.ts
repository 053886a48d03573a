/** Pixels, and a small grid of the colours in them. */

/** A decoded picture: four bytes (red, green, blue, alpha) a pixel, row by row from the top. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8Array | Uint8ClampedArray;
}

/** Red, green and blue, 0 to 255. */
export interface Colour {
  readonly r: number;
  readonly g: number;
  readonly b: number;
}

export interface Grid {
  readonly columns: number;
  readonly rows: number;
  readonly cells: readonly Colour[];
}

/** Cells along each side: enough for a layout, few enough for a millisecond. */
const SIDE = 24;
/** At most this many pixels along each side of a cell are read. */
const SAMPLES = 4;

function average(
  { width, rgba }: Pixels,
  left: number,
  top: number,
  across: number,
  down: number,
): Colour {
  let r = 0;
  let g = 0;
  let b = 0;
  let count = 0;
  const stepX = Math.max(1, Math.floor(across / SAMPLES));
  const stepY = Math.max(1, Math.floor(down / SAMPLES));
  for (let y = top; y < top + down; y += stepY)
    for (let x = left; x < left + across; x += stepX) {
      const at = (y * width + x) * 4;
      r += rgba[at] ?? 0;
      g += rgba[at + 1] ?? 0;
      b += rgba[at + 2] ?? 0;
      count++;
    }
  return { r: r / count, g: g / count, b: b / count };
}

export function gridOf(pixels: Pixels): Grid {
  const columns = Math.min(SIDE, pixels.width);
  const rows = Math.min(SIDE, pixels.height);
  const cells: Colour[] = [];
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const left = Math.floor((column * pixels.width) / columns);
      const top = Math.floor((row * pixels.height) / rows);
      const across = Math.floor(((column + 1) * pixels.width) / columns) - left;
      const down = Math.floor(((row + 1) * pixels.height) / rows) - top;
      cells.push(average(pixels, left, top, across, down));
    }
  return { columns, rows, cells };
}
