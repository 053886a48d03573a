/** Spells a word. */
import { say, type Skill } from "../utterance.ts";

const ASKS =
  /\bspell(?: out)?(?: the)?(?: word| name)?(?: of)? ([\p{L}'-]+(?: [\p{L}'-]+)?)(?: for me)?(?: please)?$|\bhow (?:is|do you write) (?:the word )?([\p{L}'-]+) (?:spelled|spelt|written)\b/u;

export const spell: Skill = ({ text }) => {
  const match = ASKS.exec(text);
  const word = (match?.[1] ?? match?.[2] ?? "").replace(/ (?:please|correctly|again)$/, "");
  if (word === "" || /^(?:that|it|this|for|me)$/.test(word)) return undefined;
  const letters = word
    .split(" ")
    .map((part) => Array.from(part.replace(/[^\p{L}]/gu, "").toUpperCase()).join(", "));
  return say(`${letters.join("; ")}.`);
};
