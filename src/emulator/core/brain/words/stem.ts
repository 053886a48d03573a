/** Stems, good enough to see that "monitoring" is "monitor" and "colours" is "color". */

const SPELLINGS: readonly (readonly [RegExp, string])[] = [
  [/ou(?=r(s|ed|ing|ful|ite|ites)?$)/, "o"],
  [/^favourite/, "favorite"],
  [/ise(?=[sd]?$)/, "ize"],
  [/^grey$/, "gray"],
  [/^centre/, "center"],
];

const KEEP = new Set(["news", "this", "is", "was", "has", "bus", "gas", "yes", "lens", "always"]);

const IRREGULAR: ReadonlyMap<string, string> = new Map([
  ["people", "person"],
  ["children", "child"],
  ["mice", "mouse"],
  ["dice", "die"],
  ["feet", "foot"],
  ["bought", "buy"],
  ["sent", "send"],
  ["found", "find"],
  ["told", "tell"],
  ["said", "say"],
  ["ran", "run"],
  ["went", "go"],
  ["made", "make"],
  ["left", "leave"],
  ["met", "meet"],
]);

/** "stopping" → "stopp" → "stop"; "ss" and "ll" are often the word's own. */
const undoubled = (word: string): string => word.replace(/([bdfgmnprt])\1$/, "$1");

export function stem(word: string): string {
  const spelled = SPELLINGS.reduce((done, [from, to]) => done.replace(from, to), word);
  const own = IRREGULAR.get(spelled);
  if (own !== undefined) return own;
  if (spelled.length < 4 || KEEP.has(spelled)) return spelled;
  const bare = spelled.replace(/'s?$/, "");
  const cut = bare
    .replace(/(?<=..)ies$/, "y")
    .replace(/(?<=(?:x|ch|sh|ss|zz))es$/, "")
    .replace(/(?<=[^sui])s$/, "");
  const verb = undoubled(cut.replace(/(?<=..[^e])(?:ing|ed)$|(?<=...e)d$|(?<=...e)ing$/, ""));
  return verb.replace(/(?<=...)e$/, "").replace(/(?<=..)y$/, "i");
}

export const stems = (words: readonly string[]): string[] => words.map(stem);
