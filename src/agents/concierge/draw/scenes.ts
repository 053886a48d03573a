/** Motifs: vehicles, plants, buildings and patterns. */
import { circle, ellipse, fill, polygon, rectangle, star, stroke } from "./drawing.ts";
import type { Motif } from "./motif.ts";

const sailingBoats: Motif = ([a, b, c]) => [
  stroke(a, 4, "M0 -46V24"),
  fill(a, "M5 -44Q40 -10 38 14H5Z"),
  fill(b, "M-5 -36Q-26 -8 -30 14H-5Z"),
  fill(c, "M-42 20H42Q34 40 20 40H-22Q-36 38 -42 20Z"),
  stroke(b, 4, "M-48 46Q-36 38 -24 46Q-12 54 0 46Q12 38 24 46Q36 54 48 46"),
];

const rockets: Motif = ([a, b, c]) => [
  fill(b, polygon(-18, 10, -34, 34, -14, 28), polygon(18, 10, 34, 34, 14, 28)),
  fill(a, "M0 -48C20 -30 22 4 16 30H-16C-22 4 -20 -30 0 -48Z"),
  fill(c, circle(0, -10, 9), "M-10 32H10Q8 44 0 50Q-8 44 -10 32Z"),
  fill(b, circle(0, -10, 5)),
];

const flowers: Motif = ([a, b, c]) => [
  stroke(c, 5, "M0 4Q4 28 0 48"),
  fill(c, "M0 34Q22 30 26 16Q6 16 0 34Z", "M0 40Q-22 36 -26 22Q-6 22 0 40Z"),
  fill(a, ...[0, 1, 2, 3, 4, 5].map((i) => petal((Math.PI * i) / 3))),
  fill(b, circle(0, -14, 10)),
];

const petal = (angle: number): string =>
  circle(18 * Math.cos(angle), -14 + 18 * Math.sin(angle), 11);

const leaves: Motif = ([a, b]) => [
  stroke(b, 4, "M-34 44Q-6 10 34 -42"),
  fill(
    a,
    "M-22 30C-48 24 -48 2 -42 -8C-24 -6 -14 10 -22 30Z",
    "M-4 8C-30 2 -30 -22 -22 -32C-6 -28 4 -10 -4 8Z",
  ),
  fill(
    b,
    "M-14 22C0 44 24 40 34 32C28 14 6 10 -14 22Z",
    "M6 -4C20 18 42 10 50 0C42 -16 22 -18 6 -4Z",
  ),
];

const mountains: Motif = ([a, b, c]) => [
  fill(b, circle(24, -24, 13)),
  fill(c, polygon(-2, 40, 26, -10, 50, 40)),
  fill(a, polygon(-50, 40, -14, -36, 22, 40)),
  fill(b, polygon(-14, -36, -26, -11, -18, -14, -12, -6, -6, -14, -2, -11)),
];

const stars: Motif = ([a, b, c]) => [
  fill(a, "M10 -44C-30 -44 -44 0 -18 24C2 42 30 34 38 14C8 26 -16 -8 10 -44Z"),
  fill(b, star(26, -16, [17, 7])),
  fill(c, star(-34, 34, [11, 5]), star(36, 36, [8, 3.5])),
];

const hearts: Motif = ([a, b]) => [
  fill(a, "M0 40C-60 4 -38 -44 -12 -36C-6 -34 -2 -28 0 -22C2 -28 6 -34 12 -36C38 -44 60 4 0 40Z"),
  stroke(b, 6, "M-26 -12Q-26 -22 -16 -24"),
];

const mushrooms: Motif = ([a, b, c]) => [
  fill(b, "M-14 4H14Q10 26 16 44H-16Q-10 26 -14 4Z"),
  fill(c, "M-44 8C-44 -56 44 -56 44 8Q0 18 -44 8Z"),
  fill(a, circle(-18, -12, 8), circle(12, -22, 9), circle(26, -2, 6), circle(-2, 0, 5)),
];

const trees: Motif = ([a, b, c]) => [
  fill(c, rectangle(-6, 22, [12, 26], 2)),
  fill(a, polygon(0, -48, 26, -8, -26, -8), polygon(0, -28, 36, 26, -36, 26)),
  fill(b, circle(-10, 8, 4), circle(10, 2, 4), circle(2, -22, 4), circle(18, 18, 4)),
];

const bicycles: Motif = ([a, b, c]) => [
  stroke(a, 5, circle(-26, 18, 19), circle(26, 18, 19)),
  stroke(b, 5, "M-26 18L-10 -12H18L0 18H-26", "M0 18L-12 -18", "M26 18L16 -24H28"),
  stroke(c, 6, "M-20 -20H-4"),
];

const balloons: Motif = ([a, b, c]) => [
  fill(a, "M0 -48C46 -48 40 2 10 22H-10C-40 2 -46 -48 0 -48Z"),
  fill(b, "M0 -48C22 -40 20 0 5 22H-5C-20 0 -22 -40 0 -48Z"),
  stroke(c, 3, "M-9 22L-7 34", "M9 22L7 34"),
  fill(c, rectangle(-10, 33, [20, 15], 3)),
];

const lighthouses: Motif = ([a, b, c]) => [
  fill(b, polygon(-10, -34, -50, -46, -50, -22), polygon(10, -34, 50, -46, 50, -22)),
  fill(a, polygon(-11, -24, 11, -24, 17, 42, -17, 42)),
  fill(
    c,
    polygon(-12.5, -8, 12.5, -8, 14, 8, -14, 8),
    polygon(-15.5, 24, 15.5, 24, 17, 42, -17, 42),
  ),
  fill(c, rectangle(-10, -40, [20, 16], 2), polygon(-13, -40, 13, -40, 0, -50)),
  fill(b, rectangle(-5, -37, [10, 10], 2)),
];

const lemons: Motif = ([, , c]) => [
  fill("#5c9a4c", "M4 -28C8 -46 30 -48 42 -42C36 -26 18 -20 4 -28Z"),
  stroke(c, 4, "M0 -20Q0 -30 6 -36"),
  fill(
    "#f6d33c",
    "M-48 16C-40 10 -40 -24 0 -24C38 -24 38 8 48 14C40 22 34 42 0 42C-36 42 -40 22 -48 16Z",
  ),
  stroke("#fdf0a8", 6, "M-24 2Q-20 -8 -6 -10"),
];

const robots: Motif = ([a, b, c]) => [
  stroke(a, 4, "M0 -34V-46"),
  stroke(a, 7, "M-24 10L-40 24", "M24 10L40 24", "M-10 40V48", "M10 40V48"),
  fill(a, rectangle(-24, -34, [48, 32], 7), rectangle(-22, 2, [44, 38], 5)),
  fill(b, circle(-10, -20, 6), circle(10, -20, 6), circle(0, -46, 5)),
  stroke(c, 4, "M-9 -8H9"),
  fill(c, rectangle(-11, 12, [22, 14], 3)),
];

const dots: Motif = ([a, b, c]) => [
  fill(a, circle(-26, -26, 14), circle(26, 26, 14)),
  fill(b, circle(26, -26, 10), circle(-26, 26, 10)),
  fill(c, circle(0, 0, 8)),
];

const rainbows: Motif = ([a, b, c]) => [
  stroke(c, 8, "M-40 24C-40 -46 40 -46 40 24"),
  stroke(b, 8, "M-29 24C-29 -29 29 -29 29 24"),
  stroke(a, 8, "M-18 24C-18 -12 18 -12 18 24"),
  fill(a, circle(-36, 28, 12), circle(-22, 30, 10), circle(36, 28, 12), circle(22, 30, 10)),
  fill(a, ellipse(-29, 36, 18, 8), ellipse(29, 36, 18, 8)),
];

export const scenes = {
  "sailing boats": sailingBoats,
  rockets,
  flowers,
  leaves,
  mountains,
  "moon and stars": stars,
  hearts,
  mushrooms,
  trees,
  bicycles,
  balloons,
  lighthouses,
  lemons,
  robots,
  dots,
  rainbows,
} as const satisfies Record<string, Motif>;
