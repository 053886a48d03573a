/** Drawings of cups, plates and kitchenware. */
import { circle, ellipse, fill, rectangle, stroke } from "./drawing.ts";
import { shadow } from "./colours.ts";
import { metal, type Draw } from "./thing.ts";

const mug: Draw = ({ base, dark, light }) => ({
  under: [
    fill(shadow, ellipse(116, 205, 74, 11)),
    stroke(dark, 15, "M162 92C212 86 212 168 160 166"),
  ],
  surface: "M52 58H168V178Q168 204 142 204H78Q52 204 52 178Z",
  spots: [[110, 132, 100]],
  over: [
    fill(light, "M52 62H60V190Q52 186 52 178Z"),
    fill(base, ellipse(110, 58, 58, 15)),
    fill(dark, ellipse(110, 59, 50, 11)),
  ],
});

const tallMug: Draw = ({ base, dark, light }) => ({
  under: [
    fill(shadow, ellipse(114, 219, 62, 9)),
    stroke(dark, 13, "M154 82C198 78 198 160 152 160"),
  ],
  surface: "M66 32H156L150 206Q150 218 138 218H84Q72 218 72 206Z",
  spots: [
    [111, 88, 72],
    [111, 168, 72],
  ],
  over: [
    fill(light, "M66 36H73L79 206Q74 206 72 200Z"),
    fill(base, ellipse(111, 32, 45, 11)),
    fill(dark, ellipse(111, 33, 38, 8)),
  ],
});

const teacup: Draw = ({ base, dark, light }) => ({
  under: [
    fill(shadow, ellipse(120, 210, 98, 10)),
    fill(light, ellipse(120, 196, 92, 18)),
    fill(dark, ellipse(120, 193, 58, 9)),
    stroke(dark, 11, "M176 98C222 92 214 152 162 148"),
  ],
  surface: "M46 80H186C186 150 160 192 116 192C72 192 46 150 46 80Z",
  spots: [
    [82, 124, 58],
    [116, 150, 62],
    [150, 124, 58],
  ],
  over: [fill(base, ellipse(116, 80, 70, 17)), fill(dark, ellipse(116, 81, 61, 12))],
});

const espressoCup: Draw = ({ base, dark, light }) => ({
  under: [
    fill(shadow, ellipse(120, 190, 84, 9)),
    fill(light, ellipse(120, 178, 76, 14)),
    stroke(dark, 10, "M156 112C188 110 186 150 150 150"),
  ],
  surface: "M72 96H160L150 166Q146 178 132 178H100Q86 178 82 166Z",
  spots: [[116, 136, 66]],
  over: [fill(base, ellipse(116, 96, 44, 11)), fill("#4a2f22", ellipse(116, 97, 36, 8))],
});

const plate: Draw = ({ dark, light }) => ({
  under: [fill(shadow, circle(120, 125, 102)), fill(dark, circle(120, 120, 102))],
  surface: circle(120, 120, 98),
  spots: [0, 1, 2, 3, 4, 5].map((i) => {
    const angle = (Math.PI * i) / 3 - Math.PI / 2;
    return [120 + 73 * Math.cos(angle), 120 + 73 * Math.sin(angle), 46] as const;
  }),
  over: [stroke(dark, 2, circle(120, 120, 46)), stroke(light, 3, circle(120, 120, 95))],
});

const dinnerPlate: Draw = ({ dark, light }) => ({
  under: [fill(shadow, circle(120, 125, 104)), fill(dark, circle(120, 120, 104))],
  surface: circle(120, 120, 100),
  spots: [[120, 120, 104]],
  over: [stroke(dark, 2, circle(120, 120, 76)), stroke(light, 4, circle(120, 120, 96))],
});

const bowl: Draw = ({ base, dark }) => ({
  under: [fill(shadow, ellipse(120, 200, 76, 10)), fill(dark, rectangle(88, 184, [64, 16], 6))],
  surface: "M22 92H218C218 156 176 190 120 190C64 190 22 156 22 92Z",
  spots: [
    [66, 128, 54],
    [120, 144, 60],
    [174, 128, 54],
  ],
  over: [fill(base, ellipse(120, 92, 98, 22)), fill(dark, ellipse(120, 94, 88, 16))],
});

const teapot: Draw = ({ base, dark, light }) => ({
  under: [
    fill(shadow, ellipse(120, 208, 84, 10)),
    stroke(dark, 13, "M62 106C14 98 16 172 70 172"),
    fill(base, "M168 150C196 146 188 106 222 94L226 106C208 118 210 168 170 180Z"),
  ],
  surface: ellipse(118, 142, 72, 64),
  spots: [[118, 148, 92]],
  over: [
    fill(dark, ellipse(118, 84, 38, 10)),
    fill(light, "M84 82C90 60 146 60 152 82Q118 92 84 82Z"),
    fill(dark, circle(118, 58, 9)),
  ],
});

const jar: Draw = ({ dark, light }) => ({
  under: [fill(shadow, ellipse(120, 214, 66, 9))],
  surface: rectangle(58, 70, [124, 142], 20),
  spots: [[120, 144, 96]],
  over: [
    fill(light, rectangle(58, 86, [8, 108])),
    fill("#d3a871", rectangle(66, 46, [108, 30], 8)),
    fill(dark, rectangle(72, 74, [96, 6])),
    fill(metal, circle(120, 42, 9)),
  ],
});

export const tableware = {
  mug,
  "tall mug": tallMug,
  teacup,
  "espresso cup": espressoCup,
  "dessert plate": plate,
  "dinner plate": dinnerPlate,
  bowl,
  teapot,
  "cookie jar": jar,
} as const satisfies Record<string, Draw>;
