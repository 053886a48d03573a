/** The shop's products: generated, and the same each time. */
import { colourNames, type ColourName } from "../draw/colours.ts";
import { motifNames, type MotifName } from "../draw/motifs.ts";
import { thingNames, type Look, type ThingName } from "../draw/picture.ts";
import { kinds, type Category } from "./kinds.ts";
import { subjects } from "./subjects.ts";

export interface CatalogueProduct {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly category: Category;
  readonly look: Look;
  /** In dollars. Never a whole number, so that "under twenty" and "twenty at most" are the same. */
  readonly price: number;
  readonly ages: readonly [from: number, to: number];
  readonly stock: number;
  /** Popularity, 0 to 99: the last criterion of a search's order. */
  readonly liked: number;
  /** Synonyms, for the search. */
  readonly also: string;
}

export function products(): CatalogueProduct[] {
  return thingNames.flatMap((thing) =>
    motifNames.flatMap((motif) =>
      coloursOf(thing, motif).map((colour) => product({ thing, motif, colour })),
    ),
  );
}

/** For example `mug_dancing-people_red`. */
const idOf = ({ thing, motif, colour }: Look): string =>
  [thing, motif, colour].map((part) => part.replaceAll(" ", "-")).join("_");

/** Most combinations of a thing and a motif come in no colour or in one. */
function coloursOf(thing: ThingName, motif: MotifName): ColourName[] {
  const chance = dice(`${thing} ${motif}`);
  const count = staple(thing, motif) ? 4 : chance % 100 < 45 ? 0 : 1 + (chance % 3 === 0 ? 1 : 0);
  const from = (chance >>> 8) % colourNames.length;
  return Array.from(
    { length: count },
    (_, i) => colourNames[(from + i * 5) % colourNames.length] ?? "white",
  );
}

/** Combinations that always exist, for demonstrations. */
const staple = (thing: ThingName, motif: MotifName): boolean =>
  thing === "mug" && (motif === "dancing people" || motif === "sailing boats" || motif === "foxes");

function product(look: Look): CatalogueProduct {
  const { thing, motif, colour } = look;
  const { category, also, price, ages, about } = kinds[thing];
  const subject = subjects[motif];
  const id = idOf(look);
  const chance = dice(id);
  return {
    id,
    name: titled(`${colour} ${motif} ${thing}`),
    description: `${about}, ${colour}, with ${subject.scene}.`,
    category,
    look,
    price: Math.round(price * (0.8 + (chance % 50) / 100)) + 0.5,
    ages: subject.playful && ages[1] === 99 ? [Math.max(2, ages[0] - 3), 99] : ages,
    stock: chance % 13 === 0 ? 0 : 1 + ((chance >>> 6) % 24),
    liked: (chance >>> 12) % 100,
    also: `${also} ${subject.also}`,
  };
}

const titled = (text: string): string =>
  text.replaceAll(/\b(?!and\b)[a-z]/g, (letter) => letter.toUpperCase());

/** FNV-1a with a final mix: a pseudo-random number that depends on the text alone. */
function dice(text: string): number {
  let hash = 0x811c9dc5;
  for (const letter of text) hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}
