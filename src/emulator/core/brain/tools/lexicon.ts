/** Classes of words for choosing functions: without meaning, weak, alike, opposite. All sets hold stems. */
import { stem, stems } from "../words/stem.ts";

const stemSet = (words: string): ReadonlySet<string> => new Set(stems(words.split(/\s+/)));

/** Stripped from both ends of an argument. */
export const LITTLE = stemSet(
  `a an the this that these those there here i you he she it we they me him her us them my your his its our their
  am is are was were be been being do does did have has had can could will would shall should may might must
  and or but if so then than as of in on at to for from with by about into onto over under up down off
  what which who whom whose where when why how yes please thanks thank hello hi hey ok okay well oh um uh
  some any just really also now right today still yet tell say know let want like need would got go going`,
);

/** Say nothing about the function. */
export const EMPTY: ReadonlySet<string> = new Set([
  ...LITTLE,
  ...stemSet(
    `without out no not all every each one ones very much more most too only again said come coming good great nice
    sure thing things something anything someone anyone everyone lot bit kind sort way given using use used user users
    via per etc such other another through named back`,
  ),
]);

/** Say in a function's name only that it is a function. */
export const GENERIC = stemSet(
  "get set do fetch run call tool function api handle execute perform process current new data info information item items product products thing result results value values",
);

/** Verbs that many functions share. */
export const WEAK = stemSet(
  "find search look show list add create make play start stop open close turn switch put send check update give change read write begin end take number time day",
);

const SYNONYMS = `find search look lookup seek browse hunt show recommend suggest
buy purchase order checkout
cart basket bag
weather rain raining rainy forecast temperature sunny snow snowing windy cloudy
price cost cheap cheaper cheapest expensive budget
stock share ticker
phone dial ring
remind reminder remember
music song songs tune track
book reserve reservation booking
stop end cancel quit abort halt
start begin launch
refund return returns reimburse money
message text sms
email mail
delete remove erase clear
add put insert
create make compose draft
light lights lamp lamps bulb
tv television telly
monitor watch track follow observe
count many number
dice die
gift gifts present presents
calculate compute calculator arithmetic math plus minus multiplied divided
translate translation
alarm wake timer countdown
appointment meeting event calendar schedule
time clock
joke funny laugh
picture image photo
person people
turn switch
heating thermostat warmer
route directions navigate
convert exchange
convert change
human operator agent representative`
  .split("\n")
  .map(stemSet);

export const alike = (a: string, b: string): boolean =>
  a === b || SYNONYMS.some((group) => group.has(a) && group.has(b));

const OPPOSITES =
  "on off,up down,open close,lock unlock,enable disable,start stop,increase decrease,add remove,mute unmute"
    .split(",")
    .map((pair) => pair.split(" "))
    .flatMap(([one = "", other = ""]) => [[one, other] as const, [other, one] as const]);

/** How many pairs of opposites the utterance and the name agree on, minus those on which they differ. */
export const agreement = (words: readonly string[], name: readonly string[]): number =>
  OPPOSITES.filter(([one, other]) => name.includes(one) && !name.includes(other)).reduce(
    (sum, [one, other]) => sum + (words.includes(one) ? 1 : words.includes(other) ? -1 : 0),
    0,
  );

/** The words of a name: "getStockPrice" → get, stock, price. */
export const parted = (name: string): string[] =>
  name
    .replace(/([a-z\d])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z\d]+/)
    .filter((word) => word !== "");

/** "monitor_stock_price" → "monitor stock price". */
export const spokenName = (name: string): string => parted(name).join(" ");

/** The stems of a text that carry meaning, each once. */
export const meaning = (words: readonly string[]): string[] => [
  ...new Set(words.map(stem).filter((word) => word !== "" && !EMPTY.has(word))),
];
