/** Speaks the fields of an object: "the temperature is 21 degrees Celsius", "80 euros", "to Bob", "it is not open". */
import { clipped, listed } from "../words/plain.ts";
import { spokenName } from "./lexicon.ts";
import { isRecord } from "./schema.ts";

export type Fields = Readonly<Record<string, unknown>>;

/** The words of the last two keys, and the value: `{ user: { age: 3 } }` has "user age". */
type Field = readonly [name: string, value: unknown];

/** The most words of a text that are spoken, and of clauses together: the clause that exceeds it is left out whole. */
const WORDS = 60;
/** The most words of a field's name that are spoken. */
const NAME_WORDS = 12;

const wordsIn = (text: string): number => text.split(/\s+/).length;

/** The first texts that have at most `WORDS` words together, but at least one text. */
export function fitting(texts: readonly string[]): readonly string[] {
  let words = 0;
  const end = texts.findIndex((text, at) => (words += wordsIn(text)) > WORDS && at > 0);
  return end === -1 ? texts : texts.slice(0, end);
}

const UNITS: Readonly<Record<string, string>> = {
  celsius: "degrees Celsius",
  fahrenheit: "degrees Fahrenheit",
  kmh: "kilometres an hour",
  km: "kilometres",
  kg: "kilograms",
  ms: "milliseconds",
  usd: "dollars",
  eur: "euros",
};
const MEASURE =
  /^(?:seconds|minutes|hours|days|weeks|months|years|euros|dollars|pounds|cents|degrees|percent|points|(?:kilo)?(?:metres|meters|grams)|miles)$/;
const MONEY = /\b(?:price|cost|total|amount|balance|sum|fee|fare)$/;
const PLURAL = /(?:[^siu]s|ies|people|children)$/;
const PREPOSITION = /^(?:to|from|at|in|on|by|for|with|until|since|near|before|after)$/;
/** A verb in the past: what was done. */
const DEED = /^(?:\w*[^aeiou]ed|\w+ied|done|sent|paid|set|found|held|kept|taken|given|made)$/;
const QUALITY =
  /\b(?:\w+(?:ing|able|ible|ful|ous|ive|less)|on|off|open|shut|broken|ready|valid|empty|full|free|true|new|online|offline|public|private|busy|late|safe|prime|even|odd|equal|present|absent|left|total)$/;
const HAPPENS = /^(?:departs|arrives|starts|begins|ends|opens|closes|leaves|expires)\b/;

/** Without Markdown, paths of pages, snake case and ISO dates. */
export const plainly = (text: string): string =>
  text
    .replace(/https?:\/\/(?:www\.)?([^\s/)]+)[^\s)]*/g, "$1")
    .replace(/(?<!\S)\d{4}-\d\d-\d\d(?:T(\d\d:\d\d)[\d:.]*(?:Z|[+-][\d:]+)?)?(?!\S)/g, dateIn)
    .replace(/[*`#]|_{2,}/g, "")
    .replace(/\b[A-Za-z\d]+(?:_[A-Za-z\d]+)+\b/g, spokenName)
    .trim();

/** A text of the function's own: the same, cut to `WORDS` words. */
export const readable = (text: string): string => clipped(plainly(text), WORDS);

const MONTHS =
  "January February March April May June July August September October November December".split(
    " ",
  );

function dateIn(text: string, time?: string): string {
  const [year, month = 0, day] = text.slice(0, 10).split("-").map(Number);
  const name = MONTHS[month - 1];
  if (name === undefined) return text;
  return `${day} ${name} ${year}${time === undefined ? "" : ` at ${time}`}`;
}

/** Two decimal places; of a smaller number, two digits. */
export const amount = (value: number): string =>
  String(Number(Math.abs(value) < 0.01 ? value.toPrecision(2) : value.toFixed(2)));

export function money(value: number, currency: unknown): string {
  if (currency === "USD") return `$${value.toFixed(2).replace(/\.00$/, "")}`;
  if (typeof currency !== "string") return amount(value);
  return `${amount(value)} ${UNITS[currency.toLowerCase()] ?? currency}`;
}

/** A text, a number, a boolean, or a list of them; "" for anything else. */
export function scalar(value: unknown): string {
  if (typeof value === "number") return amount(value);
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (!Array.isArray(value)) return typeof value === "string" ? readable(value) : "";
  const words = fitting(value.map(scalar).filter((text) => text !== ""));
  return value.some(Array.isArray) ? words.join("; ") : listed(words);
}

const SKIPPED =
  /^(?:id|_.*|.*_id|.*[a-z]Id|ur[li]|.*_url|image.*|success|ok|errors?|error_message|units?)$/i;
const WRAPPER = /^(?:data|results?|response|output|content|value|answer|details?|info)$/;
const FINE = /^(?:ok|okay|success|succeeded|successful|200|)$/i;

/** The fields that a listener wants to know, those of inner objects included. */
export function fieldsOf(value: Fields, outer = ""): Field[] {
  const unit = scalar(value["unit"] ?? value["units"]);
  return Object.entries(value).flatMap(([key, inner]): Field[] => {
    if (SKIPPED.test(key)) return [];
    if (/^(?:status|code)$/i.test(key) && FINE.test(scalar(inner))) return [];
    const name = outer !== "" && WRAPPER.test(key) ? outer : `${outer} ${spokenName(key)}`.trim();
    if (isRecord(inner)) return fieldsOf(inner, WRAPPER.test(key) ? outer : spokenName(key));
    const measured = unit !== "" && typeof inner === "number";
    return [[name, measured ? `${amount(inner)} ${UNITS[unit] ?? unit}` : inner]];
  });
}

/** "the street is", "the hours are". */
const subject = (name: string, plural = PLURAL.test(name)): string =>
  `the ${name} ${plural ? "are" : "is"}`;

function quality(name: string, value: boolean): string {
  // A key that is a value, as in `{ "17": true }`: the question was about it.
  if (/^[-\d]/.test(name)) return `for ${name} the answer is ${value ? "yes" : "no"}`;
  const not = value ? "" : "not ";
  const [, verb, rest = name] = /^(is|are|has|can|will) (.+)/.exec(name) ?? [];
  if (verb === "has") return `it has ${value ? "" : "no "}${rest}`;
  if (verb === "can" || verb === "will") return `it ${verb} ${not}${rest}`;
  const words = rest.split(" ");
  const last = words.at(-1) ?? "";
  const alone = words.length === 1 || PREPOSITION.test(words[0] ?? "");
  if (
    verb === undefined &&
    !PREPOSITION.test(words[0] ?? "") &&
    !QUALITY.test(last) &&
    !DEED.test(last)
  )
    return `there ${PLURAL.test(last) ? "are" : "is"} ${value ? "" : "no "}${rest}`;
  return alone ? `it is ${not}${rest}` : `${subject(words.slice(0, -1).join(" "))} ${not}${last}`;
}

function quantity(name: string, value: number, currency: unknown): string {
  if (currency !== undefined && MONEY.test(name))
    return name === "amount"
      ? money(value, currency)
      : `${subject(name)} ${money(value, currency)}`;
  const [, of = "", last = ""] = /^(?:(.*) )?(\S+)$/.exec(name) ?? [];
  const unit = UNITS[last] ?? (MEASURE.test(last) ? last : undefined);
  if (unit === undefined && !PLURAL.test(last) && !DEED.test(name))
    return `${subject(name)} ${amount(value)}`;
  const counted = value === 1 ? singular(unit ?? last) : (unit ?? last);
  const described = of === "" || QUALITY.test(of) || unit === undefined;
  return described
    ? [amount(value), of, counted].filter(Boolean).join(" ")
    : `${subject(of)} ${amount(value)} ${counted}`;
}

const singular = (words: string): string =>
  words
    .replace(/people$/, "person")
    .replace(/children$/, "child")
    .replace(/ies$/, "y")
    .replace(/([^siu])s\b/, "$1");

function several(name: string, items: readonly unknown[]): string {
  const words = items.map(scalar).filter((text) => text !== "");
  if (items.length === 0) return `there ${PLURAL.test(name) ? "are" : "is"} no ${name}`;
  if (words.length === 0 || words.length > 10) return quantity(name, items.length, undefined);
  if (DEED.test(name)) return `${name} ${listed(fitting(words))}`;
  const one = words.length === 1;
  return `${subject(one ? singular(name) : name, !one)} ${scalar(items)}`;
}

/** A clause; undefined when there is nothing to say. */
function clause([path, value]: Field, currency: unknown): string | undefined {
  const name = clipped(path.replace(/(?<=.) (?:name|title|label)$/, ""), NAME_WORDS);
  if (name === "") return scalar(value) ? `the answer is ${scalar(value)}` : undefined;
  if (typeof value === "boolean") return quality(name, value);
  if (Array.isArray(value)) return several(name, value);
  const words = scalar(value).replace(/[.!?]+$/, "");
  if (words === "") return undefined;
  if (/^(?:It|There|The|You) /.test(words)) return words.charAt(0).toLowerCase() + words.slice(1);
  if (HAPPENS.test(name)) return `it ${name} ${name.includes(" ") ? "" : "at "}${words}`;
  if (typeof value === "number" && /^(?:before|after)$/.test(name)) return `${words} ${name}`;
  if (typeof value === "number" && !PREPOSITION.test(name)) return quantity(name, value, currency);
  const [first, last] = [/^\S+/, /\S+$/].map((end) => end.exec(name)?.[0] ?? "");
  const verb = DEED.test(first ?? "") || PREPOSITION.test(last ?? "");
  return verb ? `${name} ${words}` : `${subject(name)} ${words}`;
}

/**
 * The first fields in a sentence without its full stop: as many as `WORDS` words have room for, but at least one.
 *
 * @param most fields
 */
export function clausesOf(fields: readonly Field[], most: number): string {
  const currency = fields.find(([name]) => name === "currency")?.[1];
  const shown = fields.filter(([name]) => name !== "currency").slice(0, most);
  let fitted = "";
  for (let count = 1; count <= shown.length; count++) {
    const joined = joinedClauses(shown.slice(0, count), currency);
    if (fitted !== "" && wordsIn(joined) > WORDS) break;
    fitted = joined;
  }
  return fitted;
}

/** Deeds, quantities, places, and the other clauses. */
function joinedClauses(shown: readonly Field[], currency: unknown): string {
  const deeds = shown.filter(
    ([name, value], at) => DEED.test(name) && (value === true || (value === false && at === 0)),
  );
  const said = shown
    .filter((field) => !deeds.includes(field))
    .flatMap((field) => clause(field, currency) ?? []);
  const places = said.filter((text) => /^(?:to|from|at|in|on|by|for|with|until|near) /.test(text));
  const counts = said.filter((text) => /^[-$\d]/.test(text));
  const rest = said.filter((text) => !places.includes(text) && !counts.includes(text));
  const head = listed(deeds.map(([name, value]) => (value === true ? name : `not ${name}`)));
  const [where, many, facts] = [places.join(" "), listed(counts), listed(rest)];
  const placed = many === "" ? [`${facts} ${where}`] : [`${many} ${where}`, facts];
  const tail = placed
    .map((text) => text.trim())
    .filter(Boolean)
    .join("; ");
  return [head, tail].filter(Boolean).join(": ");
}
