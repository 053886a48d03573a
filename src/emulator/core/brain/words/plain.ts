/** Text normalisation: plain words without punctuation, contractions and signs written out. */

type Replacement = readonly [RegExp, string];

const CONTRACTIONS: readonly Replacement[] = [
  [/\bwon't\b/gi, "will not"],
  [/\bcan(?:'t|not)\b/gi, "can not"],
  [/\blet's\b/gi, "let us"],
  [/\bo'clock\b/gi, "oclock"],
  [/n't\b/gi, " not"],
  [/'re\b/gi, " are"],
  [/'ve\b/gi, " have"],
  [/'ll\b/gi, " will"],
  [/\bi'?m\b/gi, "I am"],
  [/'d\b/gi, " would"],
  // After other words 's is a genitive.
  [
    /\b(what|who|where|when|how|why|that|there|here|it|he|she|time|name|everything|anybody|anyone)'s\b/gi,
    "$1 is",
  ],
  [/\b(what|who|where|how)s\b/gi, "$1 is"],
  [/\bdont\b/gi, "do not"],
  [/\bwanna\b/gi, "want to"],
  [/\bgimme\b/gi, "give me"],
];

/** Arithmetic signs; a hyphen is a minus only before a digit. */
const SIGNS: readonly Replacement[] = [
  [/(\d),(?=\d{3}\b)/g, "$1"],
  [/%/g, " percent "],
  [/\+/g, " plus "],
  [/[×*]/g, " times "],
  [/÷/g, " divided by "],
  [/(\d)\s*\/\s*(?=\d)/g, "$1 divided by "],
  [/(\d)\s*x\s*(?=\d)/gi, "$1 times "],
  [/=/g, " equals "],
  [/\^/g, " to the power of "],
  [/√/g, " square root of "],
  [/(^|[\d)\s])\s*[-−–]\s*(?=\d)/g, "$1 minus "],
];

/** Points and colons between digits stay: "3.5", "7:30". */
const PUNCTUATION: readonly Replacement[] = [
  [/(?:(?!(?<=\d)[.:](?=\d))[^\p{L}\p{N}'])+/gu, " "],
  [/(^|\s)'+|'+(\s|$)/g, " "],
  [/\s+/g, " "],
];

/** Words separated by single spaces; the case is kept. */
export const plain = (text: string): string =>
  [...CONTRACTIONS, ...SIGNS, ...PUNCTUATION]
    .reduce(
      (done, [pattern, by]) => done.replace(pattern, by),
      text.normalize("NFKC").replace(/[’‘`´]/g, "'"),
    )
    .trim();

/** The plain words of a text in lower case. */
export const wordsIn = (text: string): string[] => {
  const words = plain(text).toLowerCase();
  return words === "" ? [] : words.split(" ");
};

export const wordSet = (words: string): ReadonlySet<string> => new Set(words.split(/\s+/));

/** The sentences of a text, without their punctuation marks. */
export const sentences = (text: string): string[] =>
  text
    .split(/(?<=[.!?;])\s+|[!?;]+|\n+/)
    .map((sentence) => sentence.replace(/[.!?;\s]+$/, "").trim())
    .filter((sentence) => sentence !== "");

/** "new york" → "New York". */
export const titled = (text: string): string =>
  text.replace(/(^|\s)(\p{Ll})/gu, (_, gap: string, letter: string) => gap + letter.toUpperCase());

export const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const list = new Intl.ListFormat("en-GB");

/** "a, b and c". */
export const listed = (items: readonly string[]): string => list.format(items);

export const clipped = (text: string, words: number): string =>
  text.split(/\s+/).slice(0, words).join(" ");
