/** Measures the prose of comments and Markdown: how many clauses a relative or indefinite pronoun leads, and which story nouns occur. */
import { storyNouns } from "./story-nouns.ts";
import { find, lineAt, nameOf, parseSource, type TextFile } from "./source.ts";

/** The share of clauses that a pronoun may lead. Technical prose of the field has under 0.5 %. */
export const ledLimit = 0.01;

const pronouns =
  /^(?:who|whoever|whom|whose|what|whatever|those|somebody|nobody|anybody)(?![\w'’-])/i;

export interface Line {
  /** Counted from 1. */
  readonly number: number;
  readonly text: string;
}

export interface Finding {
  readonly path: string;
  readonly line: number;
  readonly text: string;
}

export interface Share {
  readonly clauses: number;
  readonly led: readonly Finding[];
}

/** @returns the comment lines of a TypeScript file, without directives for tools, examples and diagrams. */
export function commentLines(file: TextFile): Line[] {
  return parseSource(file).comments.flatMap(({ value, start }) => {
    const first = lineAt(file.text, start);
    const lines = value.split("\n").map((text, at) => ({ number: first + at, text: bare(text) }));
    return /^\W*(?:oxlint-|eslint-|@ts-)/.test(value) ? [] : withoutFences(lines);
  });
}

/** @returns the lines of a Markdown file outside of code blocks. */
export function markdownLines({ text }: TextFile): Line[] {
  return withoutFences(text.split("\n").map((line, at) => ({ number: at + 1, text: line })));
}

const bare = (text: string): string => text.replace(/^[ \t]*\*+ ?/, "").replace(/^ (?! )/, "");

function withoutFences(lines: readonly Line[]): Line[] {
  let fenced = false;
  return lines.filter(({ text }) => {
    const fence = /^\s*(?:```|~~~)/.test(text);
    if (fence) fenced = !fenced;
    return !fence && !fenced;
  });
}

/** Splits at `.` `:` `;`, table cells and line ends. Code spans count as one word. */
export function clausesOf(line: string): string[] {
  // Four spaces begin code in Markdown and diagrams in comments.
  if (/^(?: {4}|\t)(?! *(?:[-*]|\d+\.) )/.test(line)) return [];
  return withoutCode(line)
    .replace(/^\s*@(?:param|throws|typeParam|property) +\S+|^\s*@\w+/, "")
    .split(/[.:;]+(?=\s|$)|\|/)
    .map((clause) => clause.replace(/^(?:[^\p{L}[]|\[[A-Z]+\d+\])+/u, "").trim())
    .filter((clause) => /\p{L}/u.test(clause));
}

const withoutCode = (line: string): string =>
  line.replace(/``?[^`]+``?/g, "X").replace(/\]\([^)]*\)|https?:\/\/\S+/g, "]");

/** `[LINK5]` or `LINK5` is the id of a rule and keeps its name. */
const withoutRuleIds = (line: string): string => line.replace(/\b[A-Z]+\d+\b/g, "X");

export function shareOf(texts: readonly { path: string; lines: readonly Line[] }[]): Share {
  const clauses = texts.flatMap(({ path, lines }) =>
    lines.flatMap(({ number, text }) =>
      clausesOf(text).map((clause) => ({ path, line: number, text: clause })),
    ),
  );
  return { clauses: clauses.length, led: clauses.filter(({ text }) => pronouns.test(text)) };
}

/** @returns the story nouns in running text. */
export function nounsInProse(path: string, lines: readonly Line[]): Finding[] {
  return lines.flatMap(({ number, text }) =>
    wordsIn(withoutRuleIds(withoutCode(text))).flatMap((word) =>
      finding(path, number, word, "prose"),
    ),
  );
}

/** @returns the story nouns in the file's path and in its identifiers, each word once. Settings (`IN_CAPITALS`) keep their names. */
export function nounsInNames(file: TextFile): Finding[] {
  const inPath = wordsIn(file.path).flatMap((word) => finding(file.path, 1, word, "names"));
  const inNames = find(parseSource(file).program, "Identifier", "PrivateIdentifier")
    .filter((node) => !/^[A-Z\d_]+$/.test(nameOf(node) ?? ""))
    .flatMap((node) =>
      wordsIn(nameOf(node) ?? "").flatMap((word) =>
        finding(file.path, lineAt(file.text, node.start), word, "names"),
      ),
    );
  return [...new Map([...inPath, ...inNames].map((each) => [each.text, each])).values()];
}

/** Words of running text, or the parts of a camelCase name, in lower case. */
const wordsIn = (text: string): string[] =>
  text
    .replace(/([\p{Ll}\d])(\p{Lu})/gu, "$1 $2")
    .toLowerCase()
    .match(/\p{L}+/gu) ?? [];

function finding(path: string, line: number, word: string, where: "prose" | "names"): Finding[] {
  const noun = storyNouns.get(word) ?? storyNouns.get(word.replace(/s$/, ""));
  if (!noun || (where === "prose" && noun.onlyNames)) return [];
  return [{ path, line, text: `"${word}": say ${noun.say}` }];
}
