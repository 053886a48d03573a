/**
 * Normalizes text for Flite: plain English letters, digits and punctuation. Symbols that Flite would drop or garble are
 * spelt out, so that no word is lost; soundless ones (emoji, markup) are removed.
 */
import { transliterate } from "./transliterate.ts";

type Rule = readonly [pattern: RegExp, spoken: string | ((...match: string[]) => string)];

const spellOut = (text: string) =>
  text
    .replaceAll(".", " dot ")
    .replaceAll("/", " slash ")
    .replaceAll("-", " dash ")
    .replaceAll("_", " underscore ");

const money = (unit: string) => (_: string, amount: string) => `${amount} ${unit}`;

const rules: readonly Rule[] = [
  [
    /https?:\/\/(?:www\.)?([\w./-]*[\w/])[\w?=&%#~+:]*/giu,
    (_, address = "") => spellOut(address.replace(/\/$/u, "")),
  ],
  [
    /([\w.+-]+)@([\w-]+(?:\.[\w-]+)+)/gu,
    (_, name = "", host = "") => `${spellOut(name)} at ${spellOut(host)}`,
  ],
  [/[*_`~#]{1,3}(?=\S)|(?<=\S)[*_`~]{1,3}/gu, ""],
  [/\s*°\s*C\b/gu, " degrees Celsius"],
  [/\s*°\s*F\b/gu, " degrees Fahrenheit"],
  [/\s*°/gu, " degrees"],
  // Spelt "A M", it runs into the words around it.
  [/(?<=\d)\s?a\.?m\b\.?/giu, " ay em"],
  [/(?<=\d)\s?p\.?m\b\.?/giu, " pee em"],
  [/€\s*([\d.,]*\d)/gu, money("euros")],
  [/£\s*([\d.,]*\d)/gu, money("pounds")],
  [/¥\s*([\d.,]*\d)/gu, money("yen")],
  [/(?<=\d)\s*[×*]\s*(?=\d)/gu, " times "],
  [/(?<=\d)\s*÷\s*(?=\d)/gu, " divided by "],
  [/(^|[\s(])[-−](?=\d)/gu, "$1minus "],
  [/(?<=\d)\s+[-−]\s+(?=\d)|(?<=\d)−(?=\d)/gu, " minus "],
  [/(?<=\w)\s*\+\s*(?=\w)/gu, " plus "],
  [/\s*=\s*/gu, " equals "],
  [/\s*&\s*/gu, " and "],
  [/\s*@\s*/gu, " at "],
  [/½/gu, " one half "],
  [/¼/gu, " one quarter "],
  [/¾/gu, " three quarters "],
  [/[‘’‛′]/gu, "'"],
  [/[“”„″«»"]/gu, " "],
  [/…/gu, ". "],
  [/\s*[–—]\s*/gu, ", "],
];

/** @returns "" when nothing is pronounceable. */
export function normalizeText(text: string): string {
  const spoken = rules.reduce((text, [pattern, spoken]) => apply(text, pattern, spoken), text);
  const plain = transliterate(spoken)
    .replaceAll(/[^\x20-\x7e]+/gu, " ")
    .replaceAll(/[<>{}[\]\\^|~_`*#]+/gu, " ")
    .replaceAll(/\s+/gu, " ")
    .trim();
  return /[a-z0-9]/iu.test(plain) ? plain : "";
}

function apply(text: string, pattern: RegExp, spoken: Rule[1]): string {
  return typeof spoken === "string"
    ? text.replaceAll(pattern, spoken)
    : text.replaceAll(pattern, spoken);
}

/** The limit of one synthesis, so that other jobs wait briefly. */
const MAX_CHARACTERS = 240;

/** Splits at the end of a clause, or else of a word. */
export function splitText(text: string): string[] {
  if (text.length <= MAX_CHARACTERS) return text === "" ? [] : [text];
  const head = text.slice(0, MAX_CHARACTERS);
  const clause = Math.max(
    ...[". ", "? ", "! ", "; ", ", "].map((end) => head.lastIndexOf(end) + 1),
  );
  const cut =
    [clause, head.lastIndexOf(" "), MAX_CHARACTERS].find((at) => at > MAX_CHARACTERS / 3) ??
    MAX_CHARACTERS;
  return [text.slice(0, cut).trim(), ...splitText(text.slice(cut).trim())];
}
