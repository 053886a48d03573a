/** The search function for an utterance that fits nothing else: a wish, or a question. */
import { wordSet } from "../words/plain.ts";
import { stem } from "../words/stem.ts";
import { alike, GENERIC, parted } from "./lexicon.ts";
import type { Callable } from "./schema.ts";

const WISH =
  /^(?:well |so |and |hey |hi |hello |please )*(?:i (?:need|want|would like|am looking for|am searching for)|we need|do you (?:have|sell)|have you got|got any|any|something|anything)\b/;

const QUESTION =
  /^(?:what|who|where|when|which|how|why|is|are|does|do|did|was|were|tell me about)\b/;

const KNOWLEDGE = wordSet(
  "web internet google knowledge wiki wikipedia question answer ask lookup",
);

/** The name contains a verb of searching. */
export const searches = ({ name }: Callable): boolean =>
  parted(name).some((word) => alike(stem(word), "search"));

/** The name says nothing about the kind of results. */
const isGeneral = ({ name }: Callable): boolean =>
  parted(name)
    .map(stem)
    .every((word) => (alike(word, "search") || KNOWLEDGE.has(word)) && !GENERIC.has(word));

export function searchFor(callables: readonly Callable[], text: string): Callable | undefined {
  const found = callables
    .filter(searches)
    .filter(({ parameters }) => parameters.some(({ kind }) => kind === "string"));
  if (WISH.test(text))
    return found.length === 1 ? found[0] : found.find((callable) => !isGeneral(callable));
  return QUESTION.test(text) ? found.find(isGeneral) : undefined;
}
