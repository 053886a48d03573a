/** A search takes what nothing else understood: a wish, if it searches for things; a question, if it knows things. */
import { stem } from "../words/stem.ts";
import { alike, GENERIC, parted } from "./lexicon.ts";
import type { Callable } from "./schema.ts";

const WISH =
  /^(?:well |so |and |hey |hi |hello |please )*(?:i (?:need|want|would like|am looking for|am searching for)|we need|do you (?:have|sell)|have you got|got any|any|something|anything)\b/;

const QUESTION =
  /^(?:what|who|where|when|which|how|why|is|are|does|do|did|was|were|tell me about)\b/;

const KNOWS = new Set([
  "web",
  "internet",
  "google",
  "knowledge",
  "wiki",
  "wikipedia",
  "question",
  "answer",
  "ask",
  "lookup",
]);

const stemsOf = ({ name }: Callable): string[] => parted(name).map(stem);

const searches = (callable: Callable): boolean =>
  stemsOf(callable).some((word) => alike(word, "search")) &&
  callable.parameters.some(({ kind }) => kind === "string");

/** Its name says nothing of what kind of things it finds. */
const knows = (callable: Callable): boolean =>
  stemsOf(callable).every(
    (word) => (alike(word, "search") || KNOWS.has(word)) && !GENERIC.has(word),
  );

export function searchFor(callables: readonly Callable[], text: string): Callable | undefined {
  const found = callables.filter(searches);
  const only = found.length === 1 ? found[0] : undefined;
  if (WISH.test(text)) return only ?? found.find((callable) => !knows(callable));
  return QUESTION.test(text) ? found.find(knows) : undefined;
}
