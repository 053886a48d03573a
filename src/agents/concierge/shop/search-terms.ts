/** Extracts search terms, ages and colours from what a person says. */

/** Words of a request that describe no product. */
const stopWords = new Set(
  `a about all also an and any anything are as at be best birthday buy can could do find for from get gift gifts give good
  got great have he help her him his i in is it its like looking me my nice need of off old on one ones or other our please
  present presents see she show some somebody someone something than that the their them these they thing things this to
  under want we what which will with would year years you your day christmas search product products item items
  child children kid kids boy girl son daughter brother sister friend mother father mum mom dad niece nephew grandson
  granddaughter wife husband teenager cheap cheaper cheapest inexpensive dollars dollar euros price budget stop`.split(
    /\s+/,
  ),
);

const numbers =
  "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen".split(
    " ",
  );

const maxTerms = 12;

/** In lower case, without duplicates. */
export function searchTermsOf(query: string): string[] {
  const words =
    query
      .toLowerCase()
      .replaceAll(/\b\S+[- ]years?[- ]old\b/g, " ")
      .match(/[\p{L}\p{N}]+/gu) ?? [];
  return [...new Set(words)].filter((word) => !stopWords.has(word)).slice(0, maxTerms);
}

/** The age in "for my ten-year-old" or "a boy of 7 years". */
export function ageIn(query: string): number | undefined {
  const [, word = ""] = /\b(\d{1,2}|[a-z]+)[- ]years?\b/i.exec(query) ?? [];
  const age = /^\d/.test(word) ? Number(word) : numbers.indexOf(word.toLowerCase());
  return age >= 0 ? age : undefined;
}

export const wantsCheap = (query: string): boolean => /\b(?:cheap\w*|inexpensive)\b/i.test(query);

const colourAliases: Readonly<Record<string, string>> = {
  gray: "grey",
  violet: "purple",
  lilac: "purple",
  navy: "blue",
  teal: "turquoise",
  cyan: "turquoise",
  beige: "white",
  cream: "white",
  gold: "yellow",
  crimson: "red",
  rose: "pink",
  tan: "brown",
};

/** "light blue" is blue, "gray" is grey. An unknown colour stays as it is. */
export function baseColourOf(colour: string): string {
  const word = colour.trim().toLowerCase().split(/\s+/).at(-1) ?? "";
  return colourAliases[word] ?? word;
}
