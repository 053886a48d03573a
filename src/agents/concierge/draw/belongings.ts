/** Drawings of lamps, toys, clothes, bags and things for the home. */
import { circle, ellipse, fill, polygon, rectangle, stroke } from "./drawing.ts";
import { shadow } from "./colours.ts";
import { darkWood, metal, wood, type Draw } from "./thing.ts";

const tableLamp: Draw = ({ dark, light }) => ({
  under: [
    fill(shadow, ellipse(120, 222, 52, 8)),
    fill(wood, "M110 136H130C126 170 150 190 150 206H90C90 190 114 170 110 136Z"),
    fill(darkWood, rectangle(80, 206, [80, 14], 6)),
  ],
  surface: "M84 22H156L200 138H40Z",
  spots: [
    [86, 102, 58],
    [120, 66, 54],
    [154, 102, 58],
  ],
  over: [stroke(light, 5, "M84 22H156"), stroke(dark, 6, "M40 138H200")],
});

const nightLight: Draw = ({ dark, light }) => ({
  under: [fill(shadow, ellipse(120, 218, 70, 9))],
  surface: "M40 180C20 40 220 40 200 180Z",
  spots: [[120, 128, 104]],
  over: [
    stroke(light, 6, "M62 132C66 106 82 92 98 86"),
    fill(wood, rectangle(38, 176, [164, 40], 12)),
    fill(dark, circle(120, 196, 8)),
  ],
});

const kite: Draw = ({ dark, light }) => ({
  under: [
    stroke(dark, 4, "M120 178C96 196 150 206 124 226"),
    fill(light, polygon(104, 196, 118, 200, 106, 208), polygon(140, 212, 128, 206, 140, 202)),
  ],
  surface: polygon(120, 12, 196, 84, 120, 180, 44, 84),
  spots: [[120, 88, 84]],
  over: [stroke(dark, 4, "M120 12L196 84L120 180L44 84Z")],
});

const spinningTop: Draw = ({ dark, light }) => ({
  under: [
    fill(shadow, ellipse(120, 218, 34, 6)),
    fill(darkWood, rectangle(112, 22, [16, 58], 7), polygon(104, 176, 136, 176, 120, 216)),
  ],
  surface:
    "M24 116C24 78 78 66 120 66C162 66 216 78 216 116C216 152 160 184 120 192C80 184 24 152 24 116Z",
  spots: [
    [64, 116, 52],
    [120, 122, 68],
    [176, 116, 52],
  ],
  over: [stroke(light, 5, "M46 92Q120 62 194 92"), stroke(dark, 5, "M54 154Q120 182 186 154")],
});

const ball: Draw = ({ light, dark }) => ({
  under: [fill(shadow, ellipse(120, 216, 72, 10))],
  surface: circle(120, 122, 94),
  spots: [[120, 124, 118]],
  over: [stroke(light, 8, "M56 84Q70 56 98 46"), stroke(dark, 4, circle(120, 122, 92))],
});

const drum: Draw = ({ dark, light }) => ({
  under: [fill(shadow, ellipse(120, 208, 92, 11))],
  surface: "M34 92V180Q120 222 206 180V92Z",
  spots: [
    [72, 144, 50],
    [120, 152, 56],
    [168, 144, 50],
  ],
  over: [
    fill(dark, ellipse(120, 92, 88, 30)),
    fill("#f7ecd8", ellipse(120, 90, 78, 24)),
    stroke(light, 5, "M34 178Q120 220 206 178"),
    stroke(wood, 9, "M92 78L50 34", "M150 80L196 36"),
    fill(darkWood, circle(92, 78, 9), circle(150, 80, 9)),
  ],
});

const backpack: Draw = ({ base, dark, light }) => ({
  under: [
    fill(shadow, ellipse(120, 222, 72, 9)),
    stroke(dark, 10, "M100 40C100 12 140 12 140 40"),
    fill(dark, rectangle(38, 112, [20, 84], 9), rectangle(182, 112, [20, 84], 9)),
  ],
  surface: "M52 96C52 10 188 10 188 96V196Q188 218 166 218H74Q52 218 52 196Z",
  spots: [[120, 92, 82]],
  over: [
    fill(base, rectangle(68, 146, [104, 58], 14)),
    stroke(dark, 4, rectangle(68, 146, [104, 58], 14)),
    stroke(light, 4, "M80 162H160"),
    fill(metal, rectangle(114, 160, [12, 14], 3)),
  ],
});

const toteBag: Draw = ({ dark }) => ({
  under: [fill(shadow, ellipse(120, 222, 78, 8)), stroke(dark, 9, "M88 80C88 4 152 4 152 80")],
  surface: polygon(48, 74, 192, 74, 204, 218, 36, 218),
  spots: [[120, 148, 108]],
  over: [stroke(dark, 4, "M47 86H193")],
});

const notebook: Draw = ({ base, dark, light }) => ({
  under: [
    fill(shadow, rectangle(58, 30, [146, 192], 10)),
    fill("#fbf9f2", rectangle(56, 26, [144, 190], 8)),
  ],
  surface: rectangle(48, 20, [146, 192], 10),
  spots: [[128, 116, 100]],
  over: [
    fill(dark, rectangle(48, 20, [24, 192], 8)),
    fill(light, rectangle(92, 182, [80, 12], 4)),
    stroke(base, 4, "M60 44V188"),
  ],
});

const socks: Draw = ({ dark, light }) => ({
  under: [fill(shadow, ellipse(124, 214, 94, 8))],
  surface:
    "M44 26H96V142Q98 156 118 164Q136 172 130 190Q124 206 96 204Q44 202 44 150ZM136 26H188V142Q190 156 210 164Q228 172 222 190Q216 206 188 204Q136 202 136 150Z",
  spots: [
    [70, 76, 44],
    [70, 130, 44],
    [162, 76, 44],
    [162, 130, 44],
  ],
  over: [
    fill(light, rectangle(44, 26, [52, 18], 4), rectangle(136, 26, [52, 18], 4)),
    fill(dark, "M106 202Q134 200 132 182Q128 170 116 164Q100 178 106 202Z"),
    fill(dark, "M198 202Q226 200 224 182Q220 170 208 164Q192 178 198 202Z"),
  ],
});

const scarf: Draw = ({ base, dark, light }) => ({
  under: [
    fill(dark, "M60 66C60 14 180 14 180 66L150 74C150 40 90 40 90 74Z"),
    stroke(dark, 5, ...[66, 82, 98, 114].map((x) => `M${x} 200V222`)),
    stroke(dark, 5, ...[138, 154, 170].map((x) => `M${x} 168V190`)),
  ],
  surface: "M56 64Q90 84 124 76V202H56ZM124 70Q158 72 184 60V170H128V90Z",
  spots: [
    [90, 116, 54],
    [90, 170, 54],
    [156, 124, 48],
  ],
  over: [
    fill(base, "M54 54Q86 92 186 54Q190 78 170 88Q110 104 66 86Q50 76 54 54Z"),
    stroke(light, 4, "M66 74Q112 92 172 74", "M56 192H124", "M128 160H184"),
  ],
});

const cushion: Draw = ({ dark, light }) => ({
  under: [fill(shadow, ellipse(120, 212, 90, 9))],
  surface: "M28 30Q120 48 212 30Q194 120 212 210Q120 194 28 210Q46 120 28 30Z",
  spots: [[120, 120, 116]],
  over: [
    stroke(dark, 5, "M28 30Q120 48 212 30Q194 120 212 210Q120 194 28 210Q46 120 28 30Z"),
    fill(light, circle(28, 30, 8), circle(212, 30, 8), circle(28, 210, 8), circle(212, 210, 8)),
  ],
});

const poster: Draw = ({ light }) => ({
  under: [
    fill(shadow, rectangle(50, 16, [152, 216], 4)),
    fill(darkWood, rectangle(44, 10, [152, 216], 4)),
    fill("#fdfcf8", rectangle(52, 18, [136, 200])),
  ],
  surface: rectangle(60, 26, [120, 184]),
  spots: [
    [120, 76, 78],
    [120, 158, 96],
  ],
  over: [stroke(light, 3, rectangle(60, 26, [120, 184]))],
});

const wallClock: Draw = ({ base, dark, light }) => ({
  under: [fill(shadow, circle(124, 126, 102)), fill(dark, circle(120, 120, 102))],
  surface: circle(120, 120, 92),
  spots: [[120, 122, 96]],
  over: [
    stroke(light, 6, "M120 34V46", "M120 194V206", "M34 120H46", "M194 120H206"),
    stroke(dark, 8, "M120 120L120 62"),
    stroke(dark, 8, "M120 120L162 138"),
    fill(base, circle(120, 120, 8)),
  ],
});

const umbrella: Draw = ({ dark, light }) => ({
  under: [stroke(darkWood, 8, "M120 30V194C120 226 78 222 82 194")],
  surface:
    "M14 124C18 -6 222 -6 226 124Q208 104 190 124Q168 100 146 124Q120 98 94 124Q72 100 50 124Q32 104 14 124Z",
  spots: [
    [64, 82, 48],
    [120, 74, 60],
    [176, 82, 48],
  ],
  over: [
    stroke(dark, 3, "M120 26Q92 60 94 124", "M120 26Q148 60 146 124"),
    stroke(light, 5, "M120 26V14"),
  ],
});

const waterBottle: Draw = ({ dark, light }) => ({
  under: [fill(shadow, ellipse(120, 226, 46, 7)), fill(metal, rectangle(98, 42, [44, 22], 4))],
  surface: "M84 84Q84 62 104 62H136Q156 62 156 84V208Q156 224 140 224H100Q84 224 84 208Z",
  spots: [[120, 146, 68]],
  over: [
    fill(light, rectangle(84, 88, [7, 116])),
    fill(dark, rectangle(92, 14, [56, 32], 9)),
    stroke(dark, 4, "M84 208H156"),
  ],
});

export const belongings = {
  "table lamp": tableLamp,
  "night light": nightLight,
  kite,
  "spinning top": spinningTop,
  ball,
  drum,
  backpack,
  "tote bag": toteBag,
  notebook,
  socks,
  scarf,
  cushion,
  poster,
  "wall clock": wallClock,
  umbrella,
  "water bottle": waterBottle,
} as const satisfies Record<string, Draw>;
