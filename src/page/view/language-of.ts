/** The language of a text, as far as its script tells: a screen reader then takes the right voice. */

/** In this order: Japanese has Han characters, too. */
const scripts: readonly (readonly [RegExp, string])[] = [
  [/[\p{Script=Hiragana}\p{Script=Katakana}]/u, "ja"],
  [/\p{Script=Hangul}/u, "ko"],
  [/\p{Script=Han}/u, "zh"],
  [/\p{Script=Arabic}/u, "ar"],
  [/\p{Script=Hebrew}/u, "he"],
  [/\p{Script=Thai}/u, "th"],
  [/\p{Script=Devanagari}/u, "hi"],
  [/\p{Script=Greek}/u, "el"],
];

/** @returns undefined for a script of many languages. */
export const languageOf = (text: string): string | undefined =>
  scripts.find(([script]) => script.test(text))?.[1];
