/** Numbers and English number words: "a hundred and twenty" → 120, 43 → "forty-three". */
import { toCardinal } from "n2words/en-GB";

const ONES = "one two three four five six seven eight nine".split(" ");
const TEENS =
  "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split(" ");
const TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split(" ");
const SCALES = ["thousand", "million", "billion", "trillion"];

const VALUES = new Map<string, number>([
  ...["zero", ...ONES, ...TEENS].map((word, value): [string, number] => [word, value]),
  ...TENS.map((word, index): [string, number] => [word, (index + 2) * 10]),
  ...SCALES.map((word, index): [string, number] => [word, 1000 ** (index + 1)]),
  ...Object.entries({ a: 1, oh: 0, nought: 0, fourty: 40 }),
]);

/** Homophones in speech recognition results; read as numbers only where no other word can stand. */
export const HOMOPHONES: ReadonlyMap<string, number> = new Map(
  "won 1,to 2,too 2,do 2,due 2,tree 3,for 4,fore 4,fife 5,sex 6,sicks 6,heaven 7,ate 8,hate 8,made 8,mate 8,i 9,tin 10"
    .split(",")
    .map((pair): [string, number] => [pair.split(" ")[0] ?? "", Number(pair.split(" ")[1])]),
);

const anyOf = (words: readonly string[]): string => `(?:${words.join("|")})(?= |$)`;

const DIGIT = anyOf(["zero", "oh", "nought", ...ONES, String.raw`\d`]);
const BELOW_HUNDRED = `(?:${anyOf([...TENS, "fourty"])}(?: ${anyOf(ONES)})?|${DIGIT}|${anyOf([...TEENS, String.raw`\d+(?:\.\d+)?`])})`;
const BELOW_THOUSAND = `(?:(?:a|${BELOW_HUNDRED}) hundred(?= |$)(?: (?:and )?${BELOW_HUNDRED})?|${BELOW_HUNDRED})`;
const GROUPS = SCALES.toReversed().map(
  (scale) => `(?:(?:a|${BELOW_THOUSAND}) ${scale}(?= |$)(?: and(?= ))? ?)?`,
);
const NUMBER = new RegExp(
  String.raw`^${GROUPS.join("")}(?:${BELOW_THOUSAND})?(?: ?\bpoint((?: ${DIGIT})+))?`,
);

/** Exceeds the words of the longest number below a quadrillion. */
const LONGEST = 50;

interface NumberAt {
  readonly value: number;
  /** In words. */
  readonly length: number;
}

function valueOf(words: readonly string[]): number {
  let total = 0;
  let group = 0;
  for (const word of words) {
    const value = VALUES.get(word) ?? Number(word);
    if (SCALES.includes(word)) [total, group] = [total + group * value, 0];
    else if (word === "hundred") group *= 100;
    else if (word !== "and") group += value;
  }
  return total + group;
}

/** The number that begins at `words[at]`; the words are plain and in lower case. */
export function numberAt(words: readonly string[], at: number): NumberAt | undefined {
  const match = NUMBER.exec(words.slice(at, at + LONGEST).join(" "));
  const found = (match?.[0] ?? "").replace(/(?: and)? ?$/, "").split(" ");
  if (found[0] === "" || found[0] === "point") return undefined;
  const digits = (match?.[1] ?? "")
    .trim()
    .split(" ")
    .map((word) => VALUES.get(word) ?? word);
  const whole = valueOf(match?.[1] === undefined ? found : found.slice(0, -digits.length - 1));
  return { value: whole + Number(`0.${digits.join("")}`), length: found.length };
}

interface Token {
  /** A word, or a number in digits. */
  readonly text: string;
  readonly value: number | undefined;
  /** The position and the number of its words. */
  readonly at: number;
  readonly length: number;
}

/** The words in order, with the words of each number as one token. */
export function tokensOf(words: readonly string[]): Token[] {
  const tokens: Token[] = [];
  for (let at = 0; at < words.length; at += tokens.at(-1)?.length ?? 1) {
    const { value, length } = numberAt(words, at) ?? { value: undefined, length: 1 };
    const isWord = value === undefined || (/^\d+$/.test(words[at] ?? "") && length === 1);
    tokens.push({ text: isWord ? (words[at] ?? "") : String(value), value, at, length });
  }
  return tokens;
}

export const numbersIn = (words: readonly string[]): (Token & { readonly value: number })[] =>
  tokensOf(words).flatMap(({ value, ...token }) =>
    value === undefined ? [] : [{ ...token, value }],
  );

/** Decimal places that are spoken. */
const PLACES = 4;

export const rounded = (value: number): number => Number(value.toFixed(PLACES));

/** "minus three point two five"; from a quadrillion up, rounded to a power of ten. */
export function inWords(value: number): string {
  if (Math.abs(value) >= 1e15) {
    const [factor = "", power = ""] = value.toExponential(2).split("e+");
    return `about ${inWords(Number(factor))} times ten to the power of ${inWords(Number(power))}`;
  }
  const [whole = "", digits = ""] = String(rounded(value)).split(".");
  const spoken = Array.from(digits, (digit) => ` ${toCardinal(digit)}`).join("");
  return `${whole.startsWith("-") ? "minus " : ""}${toCardinal(whole.replace("-", ""))}${spoken && ` point${spoken}`}`;
}
