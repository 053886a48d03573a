/** Measures JSON texts and values. */

/** Whether a value of JSON has more levels of objects and lists. */
export const isDeeperThan = (value: unknown, levels: number): boolean =>
  jsonFaultOf(value, levels) === "deep";

/**
 * Whether a value of JSON has a number that is too large for JavaScript, such as 1e999, or else more levels of objects and
 * lists. Without recursion: a depth must not exhaust the stack.
 */
export function jsonFaultOf(value: unknown, levels: number): "deep" | "infinite" | undefined {
  let level: unknown[] = [value];
  for (let depth = 0; depth <= levels; depth++) {
    if (level.some(isInfinite)) return "infinite";
    level = level.flatMap((each) =>
      typeof each === "object" && each !== null ? Object.values(each) : [],
    );
    if (level.length === 0) return undefined;
  }
  return "deep";
}

const isInfinite = (value: unknown): boolean => value === Infinity || value === -Infinity;

const quote = '"'.charCodeAt(0);
const backslash = "\\".charCodeAt(0);
/** An object of one member has two of these, and takes 180 bytes. */
const separators: ReadonlySet<number> = new Set([",", "[", "{"].map((each) => each.charCodeAt(0)));

/** Whether a text of JSON has more commas and opening brackets, each of which stands for a value in memory. */
export function hasMoreValuesThan(text: string, most: number): boolean {
  if (text.length <= most) return false;
  let count = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === quote) at = endOfString(text, at);
    else if (separators.has(unit) && ++count > most) return true;
  }
  return false;
}

/** @param from the opening quote. @returns the index of the closing one, or the end of the text. */
function endOfString(text: string, from: number): number {
  for (let at = text.indexOf('"', from + 1); at !== -1; at = text.indexOf('"', at + 1)) {
    let escapes = 0;
    while (text.charCodeAt(at - 1 - escapes) === backslash) escapes++;
    if (escapes % 2 === 0) return at;
  }
  return text.length;
}
