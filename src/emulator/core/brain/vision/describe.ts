/** Describes a picture from its pixels alone: colours, light, and where they are. It knows no things. */
import { listed } from "../words/plain.ts";
import { brightness, nameOf } from "./colour.ts";
import { gridOf, type Grid, type Pixels } from "./pixels.ts";

/** A colour below this share of the picture is not worth a word. */
const WORTH = 0.12;
/** A part of the picture has a colour of its own when this much of it has. */
const MAINLY = 0.55;
/** Standard deviation of brightness below which a picture is even. */
const EVEN = 0.04;

type Names = readonly string[];

function shares(names: Names): [string, number][] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts]
    .map(([name, count]): [string, number] => [name, count / names.length])
    .sort((a, b) => b[1] - a[1]);
}

type Place = (x: number, y: number) => boolean;

/** Regions in fractions of the picture, 0 to 1 from the left and from the top. */
const REGIONS: readonly (readonly [string, Place])[] = [
  ["in the middle", (x, y) => x > 0.33 && x < 0.67 && y > 0.33 && y < 0.67],
  ["on the left", (x) => x < 0.33],
  ["on the right", (x) => x > 0.67],
  ["at the top", (_, y) => y < 0.33],
  ["at the bottom", (_, y) => y > 0.67],
];

function within({ columns, rows }: Grid, names: Names, place: Place): string[] {
  return names.filter((_, at) =>
    place(((at % columns) + 0.5) / columns, (Math.floor(at / columns) + 0.5) / rows),
  );
}

/** The places where another colour rules than in the whole. */
function layout(grid: Grid, names: Names, main: string): string[] {
  const told = new Set<string>();
  return REGIONS.flatMap(([where, place]) => {
    const [first] = shares(within(grid, names, place));
    if (first === undefined || first[0] === main || first[1] < MAINLY || told.has(first[0]))
      return [];
    told.add(first[0]);
    return [`${first[0]} ${where}`];
  });
}

function light(level: number): string {
  if (level < 0.2) return "It is very dark";
  if (level < 0.4) return "It is rather dark";
  if (level > 0.8) return "It is very bright";
  return level > 0.6 ? "It is bright" : "The light is medium";
}

function spread(levels: readonly number[], mean: number): number {
  const squares = levels.reduce((sum, level) => sum + (level - mean) ** 2, 0);
  return Math.sqrt(squares / levels.length);
}

/** Two or three sentences. */
export function describe(pixels: Pixels): string {
  const grid = gridOf(pixels);
  if (grid.cells.length === 0) return "The picture is empty.";
  const names = grid.cells.map(nameOf);
  const colours = shares(names).filter(([, share]) => share >= WORTH);
  const main = colours[0]?.[0] ?? "grey";
  const levels = grid.cells.map(brightness);
  const mean = levels.reduce((sum, level) => sum + level, 0) / levels.length;
  const even = spread(levels, mean) < EVEN && colours.length === 1;
  const lead = even
    ? `I see an even ${main} picture.`
    : `I see mostly ${listed(colours.slice(0, 3).map(([name]) => name))}.`;
  const parts = even ? [] : layout(grid, names, main);
  const where = parts.length === 0 ? "" : ` There is ${listed(parts)}.`;
  return `${lead}${where} ${light(mean)}.`;
}
