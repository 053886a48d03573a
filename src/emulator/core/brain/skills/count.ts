/** Counts aloud: to a number, from one to another, up or down. */
import { capitalised } from "../words/plain.ts";
import { inWords, numberAt } from "../words/numbers.ts";
import { say, type Skill } from "../utterance.ts";

/** Nobody listens to more. */
const MOST = 100;
/** Numbers in one sentence: an interruption then loses little, and the voice can breathe. */
const BREATH = 10;

const ASKS =
  /^(?:(?:please|can|could|would|will|you|now|and|then|i|want|like|to|hear|let|us|ok|okay|hey|hello|just|try|start|begin|go|on|keep|me) )*(?:count|counting)\b(?! (?:on|me)\b)/;

interface Span {
  readonly from: number;
  readonly to: number;
}

/** The first number at or after a place; small words may stand before it. */
function numberAfter(
  words: readonly string[],
  at: number,
): { value: number; end: number } | undefined {
  for (let i = at; i < words.length; i++) {
    const plain = numberAt(words, i);
    if (plain !== undefined) return { value: plain.value, end: i + plain.length };
  }
  const last = words.at(-1) === "please" ? words.length - 2 : words.length - 1;
  const heard = last >= at ? numberAt(words, last, { homophones: true }) : undefined;
  return heard && { value: heard.value, end: last + 1 };
}

/** "count two ten" is "count to ten": 1 when the word is "to", however it was written. */
const toAt = (words: readonly string[], at: number): number =>
  /^(?:to|two|too)$/.test(words[at] ?? "") && !/^(?:please)?$/.test(words[at + 1] ?? "") ? 1 : 0;

function spanOf(words: readonly string[], down: boolean): Span | undefined {
  const from = words.indexOf("from");
  const counting = words.findIndex((word) => word.startsWith("count"));
  const first = numberAfter(words, from < 0 ? counting + 1 + toAt(words, counting + 1) : from + 1);
  if (first === undefined) return undefined;
  const second = from < 0 ? undefined : numberAfter(words, first.end);
  if (second !== undefined) return { from: first.value, to: second.value };
  if (down) return { from: first.value, to: 1 };
  return from < 0 ? { from: 1, to: first.value } : { from: first.value, to: first.value + 9 };
}

function numbers({ from, to }: Span): number[] {
  const start = Math.round(from);
  const step = to < from ? -1 : 1;
  const length = Math.min(MOST, Math.abs(Math.round(to) - start) + 1);
  return Array.from({ length }, (_, i) => start + i * step);
}

export const count: Skill = ({ text, words }) => {
  if (!ASKS.test(text)) return undefined;
  const down = /\b(down|backwards?|backward|reverse)\b/.test(text);
  const span = spanOf(words, down) ?? (down ? { from: 10, to: 1 } : { from: 1, to: 10 });
  const counted = numbers(span);
  const spoken: string[] = [];
  for (let at = 0; at < counted.length; at += BREATH) {
    const breath = counted.slice(at, at + BREATH).map((number) => inWords(number));
    spoken.push(`${capitalised(breath.join(", "))}.`);
  }
  if (counted.length < Math.abs(span.to - span.from) + 1) spoken.push("That is enough counting.");
  return say(...spoken);
};
