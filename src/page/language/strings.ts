/** The language of the page: chosen by the user or the browser, loaded when it is needed, shown at once. */
import type { ReactiveControllerHost } from "lit";
import { english, type PageStrings } from "./english.ts";

/** BCP 47 tags, as for the document's `lang`. */
export type Language = "en" | "zh-Hant";

export const languageChoices = ["system", "en", "zh-Hant"] as const satisfies readonly (
  | Language
  | "system"
)[];

export type LanguageChoice = (typeof languageChoices)[number];

/** Another language is a chunk of its own: English is in the page's file. */
const loaders: Readonly<Record<Language, () => Promise<PageStrings>>> = {
  en: () => Promise.resolve(english),
  "zh-Hant": async () => (await import("./traditional-chinese.ts")).traditionalChinese,
};

let current = english;
let shown: Language = "en";
/** The language that was asked for last: an earlier one may arrive later. */
let wanted: Language = "en";
const hosts = new Set<Pick<ReactiveControllerHost, "requestUpdate">>();

/** The texts of the page's language. Read them while rendering: a user may choose another language. */
export const strings = (): PageStrings => current;

export const pageLanguage = (): Language => shown;

/** Of dates: English as the browser's user writes it, such as on a British system. */
export const dateLocale = (): string =>
  shown === "en" ? (navigator.languages.find((tag) => /^en\b/iu.test(tag)) ?? shown) : shown;

/** @param preferred BCP 47 tags, the most wanted first. */
export function languageFor(choice: LanguageChoice, preferred: readonly string[]): Language {
  if (choice !== "system") return choice;
  const known = preferred.find((tag) => /^(?:en|zh)\b/iu.test(tag));
  return known !== undefined && /^zh\b/iu.test(known) ? "zh-Hant" : "en";
}

/** Rejects if the language's file cannot be loaded: the page then keeps its language. */
export async function setLanguage(language: Language, document: Document): Promise<void> {
  wanted = language;
  const loaded = await loaders[language]();
  if (wanted !== language) return;
  current = loaded;
  shown = language;
  document.documentElement.lang = language;
  for (const host of hosts) host.requestUpdate();
}

/** An element that follows the language is rendered anew when it changes. */
export function followLanguage(host: ReactiveControllerHost): void {
  host.addController({
    hostConnected: () => hosts.add(host),
    hostDisconnected: () => hosts.delete(host),
  });
}
