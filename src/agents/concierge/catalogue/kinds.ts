/** The kinds of products: synonyms, prices, ages and descriptions. */
import type { ThingName } from "../draw/picture.ts";

export const categories = [
  "cups",
  "plates",
  "kitchen",
  "lamps",
  "toys",
  "bags",
  "stationery",
  "clothes",
  "home",
] as const;

export type Category = (typeof categories)[number];

interface Kind {
  readonly category: Category;
  /** Synonyms, for the search. */
  readonly also: string;
  /** In dollars; products vary around it. */
  readonly price: number;
  /** In years. 99 is no upper limit. */
  readonly ages: readonly [from: number, to: number];
  /** The beginning of a description; the motif follows it. */
  readonly about: string;
}

const kind = (
  category: Category,
  also: string,
  [price, ...ages]: readonly [price: number, from: number, to: number],
  about: string,
): Kind => ({ category, also, price, ages, about });

export const kinds: Readonly<Record<ThingName, Kind>> = {
  mug: kind(
    "cups",
    "cup coffee tea cocoa",
    [13, 6, 99],
    "A roomy stoneware mug for 350 millilitres",
  ),
  "tall mug": kind(
    "cups",
    "cup latte coffee",
    [16, 12, 99],
    "A slim mug that keeps half a litre warm",
  ),
  teacup: kind(
    "cups",
    "cup saucer tea porcelain",
    [18, 14, 99],
    "A wide porcelain cup with its saucer",
  ),
  "espresso cup": kind(
    "cups",
    "cup saucer coffee small",
    [11, 16, 99],
    "A small thick cup with its saucer",
  ),
  "dessert plate": kind(
    "plates",
    "dish cake side saucer",
    [12, 4, 99],
    "A small plate for cake and breakfast",
  ),
  "dinner plate": kind("plates", "dish large", [19, 8, 99], "A large flat plate of stoneware"),
  bowl: kind("plates", "dish soup cereal muesli", [15, 3, 99], "A deep bowl for soup and cereal"),
  teapot: kind("kitchen", "tea pot kettle", [34, 16, 99], "A round teapot for four cups"),
  "cookie jar": kind(
    "kitchen",
    "biscuit tin canister storage",
    [24, 8, 99],
    "A jar with a wooden lid that closes tight",
  ),
  "water bottle": kind(
    "kitchen",
    "flask drink thermos sport school",
    [21, 6, 99],
    "A steel bottle that keeps drinks cold for a day",
  ),
  "table lamp": kind(
    "lamps",
    "light bedside reading desk",
    [49, 10, 99],
    "A lamp with a turned wooden foot and a printed shade",
  ),
  "night light": kind(
    "lamps",
    "lamp nursery bedroom sleep glow",
    [29, 0, 11],
    "A soft light for the dark that turns itself off",
  ),
  kite: kind(
    "toys",
    "toy fly outdoor wind play game",
    [22, 6, 14],
    "A light kite that flies in any breeze",
  ),
  "spinning top": kind(
    "toys",
    "toy wooden play game",
    [14, 3, 10],
    "A wooden top that spins for two minutes",
  ),
  ball: kind(
    "toys",
    "toy sport football outdoor play game",
    [12, 2, 13],
    "A bouncy ball for the garden",
  ),
  drum: kind(
    "toys",
    "toy music instrument play noise",
    [31, 3, 11],
    "A real little drum with two sticks",
  ),
  backpack: kind(
    "bags",
    "bag rucksack school satchel",
    [46, 5, 16],
    "A light backpack with a pocket and a padded back",
  ),
  "tote bag": kind(
    "bags",
    "shopper shopping cotton carrier",
    [17, 10, 99],
    "A strong cotton bag with long handles",
  ),
  notebook: kind(
    "stationery",
    "book diary journal paper writing school",
    [9, 7, 99],
    "A notebook with 160 plain pages",
  ),
  socks: kind("clothes", "sock pair feet wear", [8, 4, 99], "A pair of warm socks"),
  scarf: kind("clothes", "shawl wool winter wear warm", [27, 6, 99], "A soft knitted scarf"),
  umbrella: kind(
    "clothes",
    "rain parasol wet",
    [26, 6, 99],
    "A wide umbrella that shrugs off storms",
  ),
  cushion: kind(
    "home",
    "pillow sofa couch",
    [23, 0, 99],
    "A plump cushion with a cover that can be washed",
  ),
  poster: kind(
    "home",
    "print picture wall art framed",
    [18, 3, 99],
    "A print on heavy paper in an oak frame",
  ),
  "wall clock": kind("home", "watch time hour", [33, 6, 99], "A silent clock with large hands"),
};
