/**
 * Counts regions of skin colour in a picture: a simple substitute for a detector of people.
 *
 * It counts faces, hands and arms, and wood or sand of that colour; it misses people who wear gloves and a mask, turn
 * away, or stand in coloured light. A real detector has the same interface (`CountPeople`).
 *
 *   pixels ─► grid of averages (removes noise) ─► cells of skin colour ─► connected regions ─► large regions
 */
export interface Picture {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue and alpha of each pixel, row by row. */
  readonly rgba: Uint8Array;
}

/** Grid cells along the longer side. */
const cells = 48;
/** A head at talking distance takes at least this share of the picture. */
const minRegionShare = 0.008;

export function countSkinColouredRegions(picture: Picture): number {
  const grid = gridOf(picture);
  const minSize = Math.max(2, grid.skin.length * minRegionShare);
  const seen = new Uint8Array(grid.skin.length);
  let count = 0;
  for (let at = 0; at < grid.skin.length; at++)
    if (grid.skin[at] && !seen[at] && sizeOf(at, grid, seen) >= minSize) count++;
  return count;
}

interface Grid {
  readonly columns: number;
  readonly rows: number;
  /** 1 where a cell has the colour of skin. */
  readonly skin: Uint8Array;
}

function gridOf(picture: Picture): Grid {
  const side = Math.max(1, Math.ceil(Math.max(picture.width, picture.height) / cells));
  const columns = Math.ceil(picture.width / side);
  const rows = Math.ceil(picture.height / side);
  const skin = new Uint8Array(columns * rows);
  for (let at = 0; at < skin.length; at++)
    skin[at] = isSkin(
      average(picture, (at % columns) * side, Math.floor(at / columns) * side, side),
    )
      ? 1
      : 0;
  return { columns, rows, skin };
}

type Rgb = readonly [number, number, number];

function average({ width, height, rgba }: Picture, left: number, top: number, side: number): Rgb {
  const sum = [0, 0, 0] as [number, number, number];
  const right = Math.min(left + side, width);
  const bottom = Math.min(top + side, height);
  for (let y = top; y < bottom; y++)
    for (let x = left; x < right; x++) {
      const at = 4 * (y * width + x);
      sum[0] += rgba[at] ?? 0;
      sum[1] += rgba[at + 1] ?? 0;
      sum[2] += rgba[at + 2] ?? 0;
    }
  const pixels = (right - left) * (bottom - top);
  return [sum[0] / pixels, sum[1] / pixels, sum[2] / pixels];
}

/** Chai and Ngan's box in the chrominance plane, which contains skin of every shade. Very dark pixels have no colour. */
function isSkin([r, g, b]: Rgb): boolean {
  const luma = 0.299 * r + 0.587 * g + 0.114 * b;
  const cb = 128 + 0.564 * (b - luma);
  const cr = 128 + 0.713 * (r - luma);
  return luma > 40 && cb >= 77 && cb <= 127 && cr >= 137 && cr <= 173;
}

/** The number of cells in the region of a cell; marks them as seen. */
function sizeOf(start: number, { columns, rows, skin }: Grid, seen: Uint8Array): number {
  const queue = [start];
  seen[start] = 1;
  let size = 0;
  for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
    size++;
    const x = at % columns;
    const neighbours = [
      ...(x > 0 ? [at - 1] : []),
      ...(x < columns - 1 ? [at + 1] : []),
      ...(at >= columns ? [at - columns] : []),
      ...(at < columns * (rows - 1) ? [at + columns] : []),
    ];
    for (const next of neighbours)
      if (skin[next] && !seen[next]) {
        seen[next] = 1;
        queue.push(next);
      }
  }
  return size;
}
