/** Motifs: people and animals. */
import { circle, ellipse, fill, polygon, stroke, type Mark } from "./drawing.ts";
import type { Motif } from "./motif.ts";

const dancer = (x: number, paint: string, dress: string): Mark => ({
  x,
  marks: [
    stroke(paint, 6, "M-3 18L-16 44", "M3 18L10 32L4 46"),
    stroke(paint, 6, "M-5 -10L-22 -32", "M5 -10L22 -32"),
    fill(dress, "M-8 -16Q0 -21 8 -16L16 22Q0 30 -16 22Z"),
    fill(paint, circle(0, -31, 11)),
  ],
});

const dancingPeople: Motif = ([a, b, c]) => [dancer(-27, a, b), dancer(27, a, c)];

const foxes: Motif = ([a, b]) => [
  fill(b, "M-44 30Q-62 -6 -34 -8Q-20 10 -22 34Z"),
  fill(a, "M-40 26Q-52 8 -40 -2Q-42 12 -30 24Z"),
  fill("#e0712c", ellipse(4, 28, 28, 18)),
  fill("#e0712c", polygon(-10, -40, -4, -8, 12, -18), polygon(44, -40, 38, -8, 22, -18)),
  fill("#e0712c", "M-14 -10Q17 -34 48 -10Q44 16 17 30Q-10 16 -14 -10Z"),
  fill("#fdf3e4", "M-14 -8Q4 0 17 28Q-8 16 -14 -8Z", "M48 -8Q30 0 17 28Q42 16 48 -8Z"),
  fill("#2c211c", circle(5, -2, 4), circle(29, -2, 4), circle(17, 24, 5)),
];

const cats: Motif = ([a, b, c]) => [
  stroke(a, 9, "M26 38C54 40 46 4 36 2"),
  fill(a, "M-24 46C-34 6 -14 -2 0 -2C14 -2 34 6 24 46Z"),
  fill(a, ellipse(0, -18, 25, 21), polygon(-24, -46, -25, -14, -5, -33)),
  fill(a, polygon(24, -46, 5, -33, 25, -14)),
  fill(b, ellipse(-9, -20, 4, 6), ellipse(9, -20, 4, 6)),
  fill(c, polygon(-4, -11, 4, -11, 0, -6)),
];

const owls: Motif = ([a, b, c]) => [
  fill(
    a,
    "M-30 -34Q-26 -24 -18 -26Q0 -34 18 -26Q26 -24 30 -34Q40 -6 32 18Q24 46 0 46Q-24 46 -32 18Q-40 -6 -30 -34Z",
  ),
  fill(b, circle(-14, -10, 13), circle(14, -10, 13)),
  fill("#22252b", circle(-12, -10, 6), circle(12, -10, 6)),
  fill(c, polygon(-6, 0, 6, 0, 0, 12)),
  stroke(b, 4, "M-14 24Q-9 30 -4 24Q0 30 4 24Q9 30 14 24", "M-9 36Q-4 41 0 36Q4 41 9 36"),
];

const whales: Motif = ([a, b, c]) => [
  fill(
    a,
    "M-46 4C-46 -24 12 -26 22 8C26 16 34 16 36 6C28 -2 26 -14 30 -18C36 -16 38 -10 40 -6C42 -10 46 -14 50 -14C52 -4 46 6 42 8C40 34 4 38 -16 34C-36 30 -46 20 -46 4Z",
  ),
  stroke(b, 3, "M-42 18Q-24 28 -4 20", "M-36 25Q-22 33 -6 27"),
  fill(c, circle(-28, 2, 4)),
  stroke(b, 4, "M-14 -26C-14 -38 -28 -40 -30 -32", "M-14 -26C-14 -38 0 -40 2 -32"),
];

const penguins: Motif = ([, , c]) => [
  fill(
    "#2b3442",
    ellipse(0, 2, 28, 44),
    "M-26 -8Q-44 10 -36 28Q-28 20 -22 6Z",
    "M26 -8Q44 10 36 28Q28 20 22 6Z",
  ),
  fill("#fdfbf3", ellipse(0, 12, 19, 31), circle(-8, -18, 9), circle(8, -18, 9)),
  fill("#2b3442", circle(-7, -18, 4), circle(7, -18, 4)),
  fill("#f2a03c", polygon(-6, -12, 6, -12, 0, -3), ellipse(-12, 46, 11, 5), ellipse(12, 46, 11, 5)),
  stroke(c, 6, "M-19 -3Q0 6 19 -3"),
];

const dinosaurs: Motif = ([a, b, c]) => [
  fill(
    b,
    polygon(-34, 8, -26, -8, -20, 4),
    polygon(-18, 0, -8, -16, -2, -2),
    polygon(-2, -4, 6, -22, 12, -8),
  ),
  fill(
    a,
    "M-50 30C-40 8 -26 -2 -4 -2C8 -4 10 -14 12 -28C14 -46 44 -46 46 -28C46 -18 36 -18 28 -18C26 6 24 18 18 26L18 44H6L4 30H-16L-18 44H-30L-30 24C-36 22 -42 26 -50 30Z",
  ),
  fill(c, circle(28, -32, 4)),
];

const bees: Motif = ([a, b]) => [
  fill("#f8fbff", ellipse(-12, -24, 13, 20), ellipse(14, -24, 13, 20)),
  fill("#f3bd2a", ellipse(0, 8, 36, 25)),
  stroke("#2c2722", 8, "M-14 -12V28", "M4 -15V31", "M20 -10V26"),
  fill("#2c2722", circle(-24, 3, 4)),
  stroke(a, 4, "M-32 -10Q-40 -18 -40 -26", "M-26 -14Q-28 -24 -24 -30"),
  stroke(b, 3, "M38 10Q46 16 50 8"),
];

const fish: Motif = ([a, b, c]) => [
  fill(b, polygon(26, 0, 50, -22, 46, 0, 50, 22)),
  fill(a, "M-46 0C-30 -34 16 -34 34 0C16 34 -30 34 -46 0Z"),
  stroke(c, 5, "M-10 -20Q0 0 -10 20", "M8 -20Q18 0 8 20"),
  fill(c, circle(-28, -5, 5)),
];

const birds: Motif = ([a, b, c]) => [
  fill(
    a,
    "M-42 -8C-36 -34 -6 -34 0 -12C16 -16 34 -10 50 -20C46 14 16 36 -10 30C-32 26 -36 8 -42 -8Z",
  ),
  fill(b, "M-8 0C10 -10 28 0 32 8C18 24 -2 22 -8 0Z"),
  fill(c, polygon(-40, -16, -54, -8, -40, -4), circle(-26, -14, 4)),
  stroke(c, 4, "M-10 30L-12 44", "M4 29L6 44"),
];

const rabbits: Motif = ([a, b, c]) => [
  fill(a, ellipse(-13, -32, 8, 20), ellipse(13, -32, 8, 20), circle(28, 34, 9)),
  fill(c, ellipse(-13, -32, 3.5, 13), ellipse(13, -32, 3.5, 13)),
  fill(a, ellipse(0, 28, 27, 20), ellipse(0, -4, 24, 20)),
  fill(b, circle(-9, -7, 4), circle(9, -7, 4), polygon(-4, 2, 4, 2, 0, 6)),
];

const snails: Motif = ([a, b, c]) => [
  fill(
    a,
    "M-50 36C-48 24 -30 26 -26 10L-30 -14L-24 -16L-18 0L-10 -14L-5 -11L-12 8C-8 30 34 22 48 38Z",
  ),
  fill(b, circle(14, 4, 28)),
  stroke(c, 5, "M14 4C14 -4 26 -2 26 8C26 20 4 20 2 6C0 -12 26 -18 34 -4"),
];

export const animals = {
  "dancing people": dancingPeople,
  foxes,
  cats,
  owls,
  whales,
  penguins,
  dinosaurs,
  bees,
  fish,
  birds,
  rabbits,
  snails,
} as const satisfies Record<string, Motif>;
