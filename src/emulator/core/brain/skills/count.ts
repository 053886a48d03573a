/** Counts aloud: to a number, from one to another, up or down. */
import { capitalised } from "../words/plain.ts";
import { HOMOPHONES, inWords, numberAt } from "../words/numbers.ts";
import { say, type Skill } from "../utterance.ts";

/** The most numbers that are counted. */
const MOST = 100;
/** Numbers in one sentence: an interruption then loses little. */
const PER_SENTENCE = 10;

const ASKS =
  /^(?:(?:please|can|could|would|will|you|now|and|then|i|want|like|to|hear|let|us|ok|okay|hey|hello|just|try|start|begin|go|on|keep|me) )*(?:count|counting)\b(?! (?:on|me)\b)/;

/** The first number at or after a position, and where it ends; only the last word may be a homophone. */
function numberAfter(words: readonly string[], at: number): [number, number] | undefined {
  for (let i = at; i < words.length; i++) {
    const number = numberAt(words, i);
    if (number !== undefined) return [number.value, i + number.length];
  }
  const last = words.findLastIndex((word) => word !== "please");
  const value = last >= at ? HOMOPHONES.get(words[last] ?? "") : undefined;
  return value === undefined ? undefined : [value, last + 1];
}

/** The first and the last number to count. */
function rangeOf(words: readonly string[], down: boolean): [number, number] {
  const from = words.includes("from");
  const marker = from ? "from" : "count";
  const start = words.findIndex((word) => word.startsWith(marker)) + 1;
  // "count two ten" is "count to ten".
  const isTo = !from && /^(?:to|two|too)$/.test(words[start] ?? "");
  const skipped = isTo && !/^(?:please)?$/.test(words[start + 1] ?? "") ? 1 : 0;
  const [first, end = 0] = numberAfter(words, start + skipped) ?? [];
  if (first === undefined) return down ? [10, 1] : [1, 10];
  const [second] = (from && numberAfter(words, end)) || [];
  if (second !== undefined) return [first, second];
  if (down) return [first, 1];
  return from ? [first, first + 9] : [1, first];
}

export const count: Skill = ({ text, words }) => {
  if (!ASKS.test(text)) return undefined;
  const down = /\b(down|backwards?|backward|reverse)\b/.test(text);
  const [first = 0, last = 0] = rangeOf(words, down).map(Math.round);
  const length = Math.abs(last - first) + 1;
  const numbers = Array.from({ length: Math.min(MOST, length) }, (_, i) =>
    inWords(last < first ? first - i : first + i),
  );
  const spoken: string[] = [];
  for (let at = 0; at < numbers.length; at += PER_SENTENCE)
    spoken.push(`${capitalised(numbers.slice(at, at + PER_SENTENCE).join(", "))}.`);
  return say(...spoken, ...(length > MOST ? ["That is enough counting."] : []));
};
