/**
 * Shows the offline page in the page's language: the one that the user has chosen, else the first of the browser's that
 * there is, as src/page/language/strings.ts does. None of that page's files is stored. Without this script it is in English.
 */
const titles = { en: "parley: offline", "zh-Hant": "parley：離線" };

function chosenLanguage() {
  try {
    const { language } = JSON.parse(localStorage.getItem("parley.settings") ?? "{}");
    return language in titles ? language : undefined;
  } catch {
    // Storage may be blocked.
    return undefined;
  }
}

function browserLanguage() {
  const known = navigator.languages.find((tag) => /^(?:en|zh)\b/iu.test(tag)) ?? "en";
  return /^zh\b/iu.test(known) ? "zh-Hant" : "en";
}

const language = chosenLanguage() ?? browserLanguage();
document.documentElement.lang = language;
document.title = titles[language];
for (const text of document.querySelectorAll("main > [lang]")) text.hidden = text.lang !== language;
