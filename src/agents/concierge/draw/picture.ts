/** Composes the picture of a product from a thing, a colour and a motif. */
import { belongings } from "./belongings.ts";
import { colours, ground, type ColourName } from "./colours.ts";
import { canvas, fill, rectangle, type Group, type Mark } from "./drawing.ts";
import { motifs, type MotifName } from "./motifs.ts";
import { svgOf } from "./svg.ts";
import { tableware } from "./tableware.ts";
import type { Spot } from "./thing.ts";

const things = { ...tableware, ...belongings };

export type ThingName = keyof typeof things;

export const thingNames = Object.keys(things) as ThingName[];

export interface Look {
  readonly thing: ThingName;
  readonly motif: MotifName;
  readonly colour: ColourName;
}

export function draw({ thing, motif, colour }: Look): Mark[] {
  const paint = colours[colour];
  const { under, surface, spots, over = [] } = things[thing](paint);
  const marks = motifs[motif](paint.inks);
  const placed = spots.map((spot, at) => place(marks, spot, at));
  return [
    fill(ground, rectangle(0, 0, [canvas, canvas])),
    ...under,
    fill(paint.base, surface),
    { clip: surface, marks: placed },
    ...over,
  ];
}

/** Every second motif is mirrored, and all but the first are turned a little. */
const place = (marks: readonly Mark[], [x, y, size]: Spot, at: number): Group => ({
  marks,
  x,
  y,
  scale: size / 100,
  turn: at === 0 ? 0 : ((at * 7) % 11) - 5,
  mirrored: at % 2 === 1,
});

const titleOf = ({ thing, motif, colour }: Look): string =>
  `${capitalised(colour)} ${thing} with ${motif}`;

/** As an SVG document. */
export const pictureOf = (look: Look): string => svgOf(draw(look), titleOf(look));

const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
