/**
 * Cuts texts between characters. A character outside the basic plane is a pair of surrogates, of which no half may be
 * sent: the Live API closes the session with 1007 at a text that is not well-formed.
 */

/** At most the first `length` UTF-16 units of a text. */
export const cutText = (text: string, length: number): string =>
  text.slice(0, isPair(text, length) ? length - 1 : length);

/** At most the last `length` UTF-16 units of a text. */
export function cutTextStart(text: string, length: number): string {
  const start = Math.max(0, text.length - length);
  return text.slice(isPair(text, start) ? start + 1 : start);
}

/** Whether the units before and after an index are one character. */
const isPair = (text: string, index: number): boolean =>
  index > 0 && (text.codePointAt(index - 1) ?? 0) > 0xffff;

const maxLogCharacters = 2_000;

/**
 * A text in one line of a log: line breaks, escape codes of terminals and marks that turn the direction of writing, which a
 * client's names may have, become their code points.
 */
export const logLine = (text: string): string =>
  cutText(text, maxLogCharacters).replaceAll(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  );

/** A JSON value whose texts and keys are well-formed: a lone surrogate becomes U+FFFD. */
export function wellFormed<T>(value: T): T {
  if (typeof value === "string") return value.toWellFormed() as T & string;
  if (Array.isArray(value)) return value.map((each: unknown) => wellFormed(each)) as T & unknown[];
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]: [string, unknown]) => [
      key.toWellFormed(),
      wellFormed(each),
    ]),
  ) as T;
}
