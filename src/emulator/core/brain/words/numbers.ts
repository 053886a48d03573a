/** Numbers in words, both ways: "a hundred and twenty" → 120, 43 → "forty-three". */

const UNITS =
  "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split(
    " ",
  );
const TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split(" ");
const SCALES: readonly (readonly [string, number])[] = [
  ["trillion", 1e12],
  ["billion", 1e9],
  ["million", 1e6],
  ["thousand", 1e3],
];

const SMALL = new Map<string, number>([
  ...UNITS.map((word, value): [string, number] => [word, value]),
  ...TENS.map((word, index): [string, number] => [word, (index + 2) * 10]),
  ["oh", 0],
  ["nought", 0],
  ["fourty", 40],
]);

/** What a recogniser writes for a number's sound; taken only where nothing but a number can stand. */
const HOMOPHONES = new Map<string, number>([
  ["won", 1],
  ["to", 2],
  ["too", 2],
  ["tree", 3],
  ["for", 4],
  ["fore", 4],
  ["sex", 6],
  ["ate", 8],
  ["tin", 10],
]);

const SCALE = new Map<string, number>(SCALES);

export interface NumberAt {
  readonly value: number;
  /** How many words it took. */
  readonly length: number;
}

export interface Reading {
  /** Take "to" for two and "for" for four. */
  readonly homophones?: boolean;
}

const DIGITS = /^\d+(?:\.\d+)?$/;

/** One to ninety-nine: "seven", "twenty", "twenty six". */
function belowHundred(words: readonly string[], at: number): NumberAt | undefined {
  const first = SMALL.get(words[at] ?? "");
  if (first === undefined) return undefined;
  const second = SMALL.get(words[at + 1] ?? "");
  const joins = first >= 20 && second !== undefined && second > 0 && second < 10;
  return joins ? { value: first + second, length: 2 } : { value: first, length: 1 };
}

const digitsAt = (word: string | undefined): number | undefined =>
  word !== undefined && DIGITS.test(word) ? Number(word) : undefined;

/** The start of a group: "a" counts only before hundred, thousand and so on. */
function groupStart(words: readonly string[], at: number): NumberAt | undefined {
  const digits = digitsAt(words[at]);
  if (digits !== undefined) return { value: digits, length: 1 };
  const next = words[at + 1] ?? "";
  if (words[at] === "a" && (next === "hundred" || SCALE.has(next))) return { value: 1, length: 1 };
  return belowHundred(words, at);
}

/** A group below a thousand: "two hundred and five". */
function group(words: readonly string[], at: number): NumberAt | undefined {
  const start = groupStart(words, at);
  if (start === undefined || words[at + start.length] !== "hundred") return start;
  const value = start.value * 100;
  const length = start.length + 1;
  const joint = words[at + length] === "and" ? 1 : 0;
  const rest = belowHundred(words, at + length + joint);
  return rest === undefined
    ? { value, length }
    : { value: value + rest.value, length: length + joint + rest.length };
}

/** Digits read one by one after "point". */
function fraction(words: readonly string[], at: number): NumberAt | undefined {
  if (words[at] !== "point") return undefined;
  let digits = "";
  for (let i = at + 1; i < words.length; i++) {
    const digit = SMALL.get(words[i] ?? "") ?? digitsAt(words[i]);
    if (digit === undefined || digit > 9) break;
    digits += String(digit);
  }
  return digits === "" ? undefined : { value: Number(`0.${digits}`), length: digits.length + 1 };
}

/** Groups and scales: "three million two hundred thousand and one". */
function whole(words: readonly string[], at: number): NumberAt | undefined {
  let value = 0;
  let length = 0;
  let ceiling = Infinity;
  for (;;) {
    const joint = length > 0 && words[at + length] === "and" ? 1 : 0;
    const next = group(words, at + length + joint);
    if (next === undefined) break;
    const end = at + length + joint + next.length;
    const scale = SCALE.get(words[end] ?? "") ?? 1;
    if (length > 0 && (scale >= ceiling || next.value >= ceiling)) break;
    value += next.value * scale;
    length = end - at + (scale > 1 ? 1 : 0);
    if (scale === 1) break;
    ceiling = scale;
  }
  return length === 0 ? undefined : { value, length };
}

/** The number that begins at `words[at]`, if one does; the words are plain and in lower case. */
export function numberAt(
  words: readonly string[],
  at: number,
  reading: Reading = {},
): NumberAt | undefined {
  const start = whole(words, at);
  if (start !== undefined) {
    const rest = fraction(words, at + start.length);
    return rest === undefined
      ? start
      : { value: start.value + rest.value, length: start.length + rest.length };
  }
  const sound = reading.homophones === true ? HOMOPHONES.get(words[at] ?? "") : undefined;
  return sound === undefined ? undefined : { value: sound, length: 1 };
}

/** Every number in the words, in order, with its place. */
export function numbersIn(words: readonly string[]): (NumberAt & { at: number })[] {
  const found: (NumberAt & { at: number })[] = [];
  for (let at = 0; at < words.length; at++) {
    const number = numberAt(words, at);
    if (number === undefined) continue;
    found.push({ ...number, at });
    at += number.length - 1;
  }
  return found;
}

function belowThousand(value: number): string {
  const hundreds = Math.floor(value / 100);
  const rest = value % 100;
  const small =
    rest < 20
      ? (UNITS[rest] ?? "")
      : `${TENS[Math.floor(rest / 10) - 2] ?? ""}${rest % 10 === 0 ? "" : `-${UNITS[rest % 10] ?? ""}`}`;
  if (hundreds === 0) return small;
  return `${UNITS[hundreds] ?? ""} hundred${rest === 0 ? "" : ` and ${small}`}`;
}

function wholeInWords(value: number): string {
  if (value < 1000) return belowThousand(value);
  const parts: string[] = [];
  let rest = value;
  for (const [word, scale] of SCALES) {
    const count = Math.floor(rest / scale);
    if (count > 0) parts.push(`${belowThousand(count)} ${word}`);
    rest %= scale;
  }
  if (rest > 0) parts.push(`${rest < 100 ? "and " : ""}${belowThousand(rest)}`);
  return parts.join(" ");
}

/** At most this many digits after the point are spoken. */
const PLACES = 4;

export const rounded = (value: number): number => Number(value.toFixed(PLACES));

/** A number as a person says it: "minus three point two five". Beyond a quadrillion, by its power of ten. */
export function inWords(value: number): string {
  if (value < 0) return `minus ${inWords(-value)}`;
  if (value >= 1e15) {
    const power = Math.floor(Math.log10(value));
    const lead = Number((value / 10 ** power).toFixed(2));
    return `about ${inWords(lead)} times ten to the power of ${inWords(power)}`;
  }
  const near = rounded(value);
  const whole = Math.floor(near);
  const digits = near.toFixed(PLACES).split(".")[1]?.replace(/0+$/, "") ?? "";
  if (digits === "") return wholeInWords(whole);
  const spoken = Array.from(digits, (digit) => UNITS[Number(digit)] ?? "").join(" ");
  return `${wholeInWords(whole)} point ${spoken}`;
}
