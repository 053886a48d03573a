/** Describes colours, light and layout of a picture. It recognises no objects. */
import { listed } from "../words/plain.ts";
import { brightness, nameOf } from "./colour.ts";
import { cellsOf, type Pixels } from "./pixels.ts";

/** The least share of a picture that a colour is mentioned with. */
const MENTIONED = 0.12;
/** The least share of a region that its main colour has. */
const MAINLY = 0.55;
/** The standard deviation of brightness below which a picture is even. */
const EVEN = 0.04;

/** Colours by share, largest first. */
function shares(names: readonly string[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1 / names.length);
  return [...counts].sort((a, b) => b[1] - a[1]);
}

const inner = (at: number): boolean => at > 0.33 && at < 0.67;

const REGIONS: readonly (readonly [string, (x: number, y: number) => boolean])[] = [
  ["in the middle", (x, y) => inner(x) && inner(y)],
  ["on the left", (x) => x < 0.33],
  ["on the right", (x) => x > 0.67],
  ["at the top", (_, y) => y < 0.33],
  ["at the bottom", (_, y) => y > 0.67],
];

const light = (level: number): string => {
  if (level < 0.2) return "It is very dark";
  if (level < 0.4) return "It is rather dark";
  if (level > 0.8) return "It is very bright";
  return level > 0.6 ? "It is bright" : "The light is medium";
};

/** Two or three sentences. */
export function describe(pixels: Pixels): string {
  const cells = cellsOf(pixels).map((cell) => ({ ...cell, name: nameOf(cell) }));
  if (cells.length === 0) return "The picture is empty.";
  const colours = shares(cells.map(({ name }) => name))
    .filter(([, share]) => share >= MENTIONED)
    .map(([name]) => name);
  const levels = cells.map(brightness);
  const mean = levels.reduce((sum, level) => sum + level, 0) / levels.length;
  const variance = levels.reduce((sum, level) => sum + (level - mean) ** 2, 0) / levels.length;
  const [main = "grey"] = colours;
  if (Math.sqrt(variance) < EVEN && colours.length === 1)
    return `I see an even ${main} picture. ${light(mean)}.`;
  // A colour is located once, in the first region that it dominates.
  const located = new Map<string, string>();
  for (const [where, contains] of REGIONS) {
    const [first] = shares(cells.filter(({ x, y }) => contains(x, y)).map(({ name }) => name));
    if (first === undefined || first[0] === main || first[1] < MAINLY) continue;
    if (!located.has(first[0])) located.set(first[0], `${first[0]} ${where}`);
  }
  const where = located.size === 0 ? "" : ` There is ${listed([...located.values()])}.`;
  return `I see mostly ${listed(colours.slice(0, 3))}.${where} ${light(mean)}.`;
}
