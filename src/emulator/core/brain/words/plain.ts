/** Plain words: what a recogniser or a person wrote, without the marks that get in the way of matching. */

/** "what's" is "what is", but "Ann's" stays: only after these words is 's a verb. */
const IS =
  /\b(what|who|where|when|how|why|that|there|here|it|he|she|time|name|everything|anybody|anyone)'s\b/gi;

const CONTRACTIONS: readonly (readonly [RegExp, string])[] = [
  [/\bwon't\b/gi, "will not"],
  [/\bcan(?:'t|not)\b/gi, "can not"],
  [/\blet's\b/gi, "let us"],
  [/\bo'clock\b/gi, "oclock"],
  [/n't\b/gi, " not"],
  [/'re\b/gi, " are"],
  [/'ve\b/gi, " have"],
  [/'ll\b/gi, " will"],
  [/\bi'm\b/gi, "I am"],
  [/'d\b/gi, " would"],
  [IS, "$1 is"],
  [/\b(what|who|where|how)s\b/gi, "$1 is"],
  [/\bdont\b/gi, "do not"],
  [/\bim\b/gi, "I am"],
  [/\b(?:wanna)\b/gi, "want to"],
  [/\b(?:gimme)\b/gi, "give me"],
];

/** The signs of a sum, as words; a hyphen is a minus only before a digit. */
const SIGNS: readonly (readonly [RegExp, string])[] = [
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

const replaced = (text: string, rules: readonly (readonly [RegExp, string])[]): string =>
  rules.reduce((done, [pattern, by]) => done.replace(pattern, by), text);

/** Words parted by single spaces, contractions written out, punctuation gone, case kept. */
export function plain(text: string): string {
  const spelled = replaced(text.normalize("NFKC").replace(/[’‘`´]/g, "'"), CONTRACTIONS);
  return replaced(spelled, SIGNS)
    .replace(/(\d)\.(?=\d)/g, "$1·")
    .replace(/(\d):(?=\d)/g, "$1∶")
    .replace(/[^\p{L}\p{N}'·∶]+/gu, " ")
    .replace(/·/g, ".")
    .replace(/∶/g, ":")
    .replace(/(^|\s)'+|'+(\s|$)/g, " ")
    .replace(/\s+/g, " ")
    .trim();
}

/** The sentences of a text, each without its closing mark. */
export function sentences(text: string): string[] {
  return text
    .split(/(?<=[.!?;])\s+|[!?;]+|\n+/)
    .map((sentence) => sentence.replace(/[.!?;\s]+$/, "").trim())
    .filter((sentence) => sentence !== "");
}

/** "paris" → "Paris", "new york" → "New York". */
export const titled = (text: string): string =>
  text.replace(/(^|\s)(\p{Ll})/gu, (_, gap: string, letter: string) => gap + letter.toUpperCase());

export const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** "a", "a and b", "a, b and c". */
export function listed(items: readonly string[]): string {
  const last = items.at(-1) ?? "";
  return items.length < 2 ? last : `${items.slice(0, -1).join(", ")} and ${last}`;
}

/** The first so many words; "…" is not spoken, so the cut is silent. */
export const clipped = (text: string, words: number): string =>
  text.split(/\s+/).slice(0, words).join(" ");
