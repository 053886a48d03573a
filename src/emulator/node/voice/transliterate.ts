/** Transliterates other alphabets to English letters. */

const latin = new Map([
  ["ß", "ss"],
  ["æ", "ae"],
  ["œ", "oe"],
  ["ø", "o"],
  ["ł", "l"],
  ["đ", "d"],
  ["ð", "th"],
  ["þ", "th"],
  ["ı", "i"],
]);

const letterSounds = (alphabet: string, sounds: string): [string, string][] => {
  const spoken = sounds.split(" ");
  return Array.from(alphabet, (letter, i) => [letter, spoken[i] ?? ""]);
};

const cyrillic = letterSounds(
  "абвгдежзийклмнопрстуфхцчшщъыьэюяіїєґ",
  "a b v g d e zh z i y k l m n o p r s t u f kh ts ch sh shch  y  e yu ya i yi ye g",
);
const greek = letterSounds(
  "αβγδεζηθικλμνξοπρσςτυφχψω",
  "a v g d e z i th i k l m n x o p r s s t y f ch ps o",
);

const sounds = new Map([...latin, ...cyrillic, ...greek]);

/** Scripts without close English letters: the speech names the language instead. */
const scripts: readonly (readonly [RegExp, string])[] = [
  [
    /[\p{Script=Hiragana}\p{Script=Katakana}][\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー]*/gu,
    "Japanese",
  ],
  [
    /\p{Script=Han}[\p{Script=Han}]*[\p{Script=Hiragana}\p{Script=Katakana}][\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー]*/gu,
    "Japanese",
  ],
  [/\p{Script=Han}+/gu, "Chinese"],
  [/\p{Script=Hangul}+(?:\s+\p{Script=Hangul}+)*/gu, "Korean"],
  [/\p{Script=Arabic}+(?:\s+\p{Script=Arabic}+)*/gu, "Arabic"],
  [/\p{Script=Hebrew}+(?:\s+\p{Script=Hebrew}+)*/gu, "Hebrew"],
  [/\p{Script=Devanagari}+(?:\s+\p{Script=Devanagari}+)*/gu, "Hindi"],
  [/\p{Script=Thai}+(?:\s+\p{Script=Thai}+)*/gu, "Thai"],
];

export function transliterate(text: string): string {
  const described = scripts.reduce(
    (text, [letters, name]) => text.replaceAll(letters, ` some words in ${name} `),
    // NFKC first: NFKD would decompose Korean and Japanese letters before the match.
    text.normalize("NFKC"),
  );
  return described
    .replaceAll(/\p{Letter}/gu, romanize)
    .normalize("NFKD")
    .replaceAll(MARKS, "");
}

const MARKS = /\p{Mark}/gu;

/** The letter's sound, or that of its base letter without marks, else the letter itself. */
function romanize(letter: string): string {
  const lower = letter.toLowerCase();
  const sound = sounds.get(lower) ?? sounds.get(lower.normalize("NFKD").replaceAll(MARKS, ""));
  if (sound === undefined) return letter;
  return letter === lower ? sound : sound.slice(0, 1).toUpperCase() + sound.slice(1);
}
