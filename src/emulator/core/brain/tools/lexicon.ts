/** What words mean to the tool chooser: which carry nothing, which are weak, and which mean the same. */
import { stem } from "../words/stem.ts";

const stemmed = (words: string): Set<string> => new Set(words.split(/\s+/).map(stem));

/** Words that lead up to what matters: they are stripped from the ends of an argument. */
export const LITTLE: ReadonlySet<string> = stemmed(
  `a an the this that these those there here i you he she it we they me him her us them my your his its our their
  am is are was were be been being do does did have has had can could will would shall should may might must
  and or but if so then than as of in on at to for from with by about into onto over under up down off
  what which who whom whose where when why how yes please thanks thank hello hi hey ok okay well oh um uh
  some any just really also now right today still yet tell say know let want like need would got go going`,
);

/** Words that say nothing about which function is meant. */
export const EMPTY: ReadonlySet<string> = new Set([
  ...LITTLE,
  ...stemmed(
    `without out no not all every each one ones very much more most too only again said come coming good great nice
    sure thing things something anything someone anyone everyone lot bit kind sort way given using use used user users
    via per etc such other another through named back`,
  ),
]);

/** Words of a function's name that only say that it is a function. */
export const GENERIC: ReadonlySet<string> = stemmed(
  "get set do fetch run call tool function api handle execute perform process current new data info information item items product products thing result results value values",
);

/** Verbs that many functions share: they need an object beside them. */
export const WEAK: ReadonlySet<string> = stemmed(
  "find search look show list add create make play start stop open close turn switch put send check update give change read write begin end take number time day",
);

const GROUPS: readonly ReadonlySet<string>[] = [
  "find search look lookup seek browse hunt show recommend suggest",
  "buy purchase order checkout",
  "cart basket bag",
  "weather rain raining rainy forecast temperature sunny snow snowing windy cloudy",
  "price cost cheap cheaper cheapest expensive budget",
  "stock share ticker",
  "phone dial ring",
  "remind reminder remember",
  "music song songs tune track",
  "book reserve reservation booking",
  "stop end cancel quit abort halt",
  "start begin launch",
  "refund return returns reimburse money",
  "message text sms",
  "email mail",
  "delete remove erase clear",
  "add put insert",
  "create make compose draft",
  "light lights lamp lamps bulb",
  "tv television telly",
  "monitor watch track follow observe",
  "count many number",
  "dice die",
  "gift gifts present presents",
  "calculate compute calculator arithmetic math plus minus multiplied divided",
  "translate translation",
  "alarm wake timer countdown",
  "appointment meeting event calendar schedule",
  "time clock",
  "joke funny laugh",
  "picture image photo",
  "person people",
  "turn switch",
  "heating thermostat warmer",
  "route directions navigate",
  "convert exchange",
  "convert change",
  "human operator agent representative",
].map(stemmed);

export const alike = (a: string, b: string): boolean =>
  a === b || GROUPS.some((group) => group.has(a) && group.has(b));

/** Little words that turn an order around: the wrong one speaks against a function. */
const OPPOSITES: readonly (readonly [string, string])[] = [
  ["on", "off"],
  ["up", "down"],
  ["open", "close"],
  ["lock", "unlock"],
  ["enable", "disable"],
  ["start", "stop"],
  ["increase", "decrease"],
  ["add", "remove"],
  ["mute", "unmute"],
];

/** 1 when both say the same of a pair, -1 when one says the contrary, 0 when they do not meet. */
export function agreement(said: readonly string[], name: readonly string[]): number {
  let sum = 0;
  for (const [one, other] of [...OPPOSITES, ...OPPOSITES.map(([a, b]) => [b, a] as const)]) {
    if (!name.includes(one) || name.includes(other)) continue;
    if (said.includes(one)) sum += 1;
    else if (said.includes(other)) sum -= 1;
  }
  return sum;
}

/** Parts a name at underscores, points, dashes and capitals: "getStockPrice" → get, stock, price. */
export const parted = (name: string): string[] =>
  name
    .replace(/([a-z\d])([A-Z])/g, "$1 $2")
    .replace(/[^A-Za-z\d]+/g, " ")
    .trim()
    .toLowerCase()
    .split(" ")
    .filter((word) => word !== "");

/** The stems of a text that carry meaning, each once. */
export const meaning = (words: readonly string[]): string[] => [
  ...new Set(words.map(stem).filter((word) => word !== "" && !EMPTY.has(word))),
];

/** A name as it is said: "monitor_stock_price" → "monitor stock price". */
export const spokenName = (name: string): string => parted(name).join(" ");
