/** The language of a text that is not the page's, as far as its script tells: a screen reader then takes the right voice. */
import { pageLanguage } from "../language/strings.ts";

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

/**
 * The Latin script is that of many languages: on a page in English its texts take the page's language, and on one in
 * Chinese they are likeliest English.
 * @returns undefined for the page's own language, and for a text without letters.
 */
export function languageOf(text: string): string | undefined {
  const [ofPage] = pageLanguage().split("-");
  const language = scripts.find(([script]) => script.test(text))?.[1] ?? latin(text);
  return language === ofPage ? undefined : language;
}

const latin = (text: string): string | undefined =>
  /\p{Script=Latin}/u.test(text) ? "en" : undefined;
