/** Word error rate: the share of words that were recognized wrongly. */

const ones =
  "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split(
    " ",
  );
const tens = "zero ten twenty thirty forty fifty sixty seventy eighty ninety".split(" ");

/** Spellings that sound alike: a recognizer's choice, not an error. */
const spellings = new Map([
  ["dr", "doctor"],
  ["mr", "mister"],
  ["mrs", "missis"],
  ["ok", "okay"],
  ["oclock", "o'clock"],
  ["%", "percent"],
  ["am", "a m"],
  ["pm", "p m"],
  ["gray", "grey"],
  ["i'm", "i am"],
  ["you're", "you are"],
  ["it's", "it is"],
  ["that's", "that is"],
  ["what's", "what is"],
  ["i'll", "i will"],
  ["don't", "do not"],
  ["can't", "cannot"],
]);

/** @returns edits (words added, lost or changed) divided by the reference's words; 0 is perfect. */
export function wordErrorRate(reference: string, recognized: string): number {
  const want = words(reference);
  return want.length === 0
    ? words(recognized).length
    : edits(want, words(recognized)) / want.length;
}

/** The rate over many pairs: all edits divided by all words. */
export function totalWordErrorRate(
  pairs: readonly (readonly [reference: string, recognized: string])[],
) {
  const all = pairs.map(
    ([reference, recognized]) => [words(reference), words(recognized)] as const,
  );
  const wrong = all.reduce((sum, [reference, recognized]) => sum + edits(reference, recognized), 0);
  return wrong / all.reduce((sum, [reference]) => sum + reference.length, 0);
}

/**
 * The same in letters: for audio through a busy machine's loudspeaker, where words may run together. Unrelated texts
 * are above a half.
 */
export function letterErrorRate(reference: string, recognized: string): number {
  const [want, got] = [letters(reference), letters(recognized)];
  return edits(want, got) / Math.max(1, want.length);
}

const letters = (text: string): string[] => words(text).join("").split("");

/** Words for comparison: lower case, no punctuation, numbers spelt out. */
export function words(text: string): string[] {
  const plain = text
    .toLowerCase()
    .replaceAll(/[‘’]/gu, "'")
    .replaceAll(/(\d+):00/gu, "$1")
    .replaceAll(/(\d+):0(\d)/gu, "$1 o $2")
    .replaceAll(/(\d+):(\d\d)/gu, (_, hours, minutes) => `${hours} ${minutes}`)
    .replaceAll(/(\d),(?=\d{3})/gu, "$1")
    .replaceAll(/\b([ap])\.\s?m\b\.?/gu, "$1m")
    .replaceAll(/\bgood-bye?\b/gu, "goodbye")
    .replaceAll("%", " % ")
    .replaceAll(/\d+(?:\.\d+)?/gu, (digits) => ` ${spell(digits)} `)
    .replaceAll(/[^a-z'% ]+/gu, " ");
  return plain
    .split(/\s+/u)
    .map((word) => word.replaceAll(/^'+|'+$/gu, ""))
    .filter((word) => word !== "")
    .flatMap((word) => (spellings.get(word) ?? word).split(" "));
}

function spell(digits: string): string {
  const [whole = "", fraction] = digits.split(".");
  const point = fraction === undefined ? "" : ` point ${each(fraction)}`;
  return (whole.length > 6 ? each(whole) : spellWhole(Number(whole))) + point;
}

const each = (digits: string) => Array.from(digits, (digit) => ones[Number(digit)]).join(" ");

function spellWhole(n: number): string {
  if (n < 20) return ones[n] ?? "";
  if (n < 100) return `${tens[Math.floor(n / 10)]}${n % 10 === 0 ? "" : ` ${ones[n % 10]}`}`;
  const [unit, name] = n < 1000 ? [100, "hundred"] : [1000, "thousand"];
  const rest = n % unit;
  return `${spellWhole(Math.floor(n / unit))} ${name}${rest === 0 ? "" : ` ${spellWhole(rest)}`}`;
}

/** Levenshtein distance. */
function edits(want: readonly string[], got: readonly string[]): number {
  let row = Array.from({ length: got.length + 1 }, (_, i) => i);
  for (const [i, word] of want.entries()) {
    const next = [i + 1];
    for (const [j, other] of got.entries()) {
      const changed = (row[j] ?? 0) + (word === other ? 0 : 1);
      next.push(Math.min(changed, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
