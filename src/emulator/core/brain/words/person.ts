/** Swaps first and second person: "I lost my key" → "you lost your key". */

const SWAPPED = new Map(
  "i you,me you,my your,mine yours,myself yourself,am are,we you,us you,our your,ours yours,you I,your my,yours mine"
    .split(",")
    .map((pair) => pair.split(" ") as [string, string]),
);

export const inSecondPerson = (text: string): string =>
  text
    .replace(/\bi was\b/gi, "I were")
    .split(" ")
    .map((word) => SWAPPED.get(word.toLowerCase()) ?? word)
    .join(" ");
