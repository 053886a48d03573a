/** Word error rate: how much of what was said was heard wrongly. */

const ones =
  "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split(
    " ",
  );
const tens = "zero ten twenty thirty forty fifty sixty seventy eighty ninety".split(" ");

/** Spellings that sound the same, or nearly: a listener's choice, not a mistake. */
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

/** @returns edits (words added, lost or changed) divided by the words of `said`; 0 is perfect. */
export function wordErrorRate(said: string, heard: string): number {
  const want = words(said);
  return want.length === 0 ? words(heard).length : edits(want, words(heard)) / want.length;
}

/** The rate over many pairs at once: all edits divided by all words. */
export function totalWordErrorRate(pairs: readonly (readonly [said: string, heard: string])[]) {
  const all = pairs.map(([said, heard]) => [words(said), words(heard)] as const);
  const wrong = all.reduce((sum, [said, heard]) => sum + edits(said, heard), 0);
  return wrong / all.reduce((sum, [said]) => sum + said.length, 0);
}

/**
 * The same in letters: for sound that went through a busy machine's loudspeaker, where a word may run into
 * the next. What has nothing to do with each other is above a half.
 */
export function letterErrorRate(said: string, heard: string): number {
  const [want, got] = [letters(said), letters(heard)];
  return edits(want, got) / Math.max(1, want.length);
}

const letters = (text: string): string[] => words(text).join("").split("");

/** Words as compared: lower case, no punctuation, numbers spelt out. */
export function words(text: string): string[] {
  const plain = text
    .toLowerCase()
    .replaceAll(/[‘’]/gu, "'")
    .replaceAll(/(\d+):00/gu, "$1")
    .replaceAll(/(\d+):0(\d)/gu, "$1 o $2")
    .replaceAll(/(\d+):(\d\d)/gu, (_, hours, minutes) => `${hours} ${minutes}`)
    .replaceAll(/(\d),(?=\d{3})/gu, "$1")
    .replaceAll(/\b([ap])\.\s?m\b\.?/gu, "$1m")
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

/** Levenshtein's distance. */
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
