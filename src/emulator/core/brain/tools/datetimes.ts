/** Times and dates in a command: "at seven thirty", "half past six", "tomorrow", "on Friday", "March the third". */
import { numberAt } from "../words/numbers.ts";
import { isFree, take, type Slots } from "./slots.ts";

export interface Span {
  readonly value: string;
  readonly at: number;
  readonly length: number;
}

const clockTime = (hour: number, minute: number, half: string): string => {
  const later = half === "pm" && hour < 12 ? hour + 12 : half === "am" && hour === 12 ? 0 : hour;
  const padded = String(minute).padStart(2, "0");
  return half === "" ? `${hour}:${padded}` : `${String(later).padStart(2, "0")}:${padded}`;
};

const LEADS = new Set(["at", "by", "around", "before", "after", "until", "for"]);

/** "a.m." is two words once its points are gone. */
function halfAt(words: readonly string[], at: number): { half: string; length: number } {
  const word = words[at] ?? "";
  if (/^[ap]m$/.test(word)) return { half: word, length: 1 };
  if (/^[ap]$/.test(word) && words[at + 1] === "m") return { half: `${word}m`, length: 2 };
  const part = words.slice(at, at + 3).join(" ");
  if (/^in the (?:afternoon|evening)/.test(part)) return { half: "pm", length: 3 };
  if (part.startsWith("in the morning")) return { half: "am", length: 3 };
  return { half: "", length: word === "oclock" ? 1 : 0 };
}

const PAST = /^(half|quarter|a quarter) (past|to)$/;

function relative(words: readonly string[], at: number): Span | undefined {
  const width = words[at] === "a" ? 3 : 2;
  const match = PAST.exec(words.slice(at, at + width).join(" "));
  const hour = match ? numberAt(words, at + width) : undefined;
  if (match === null || hour === undefined || hour.value > 24) return undefined;
  const minutes = match[1] === "half" ? 30 : 15;
  const before = match[2] === "to";
  const { half, length } = halfAt(words, at + width + hour.length);
  const value = before
    ? clockTime(hour.value === 1 ? 12 : hour.value - 1, 60 - minutes, half)
    : clockTime(hour.value, minutes, half);
  return { value, at, length: width + hour.length + length };
}

function spelled(words: readonly string[], at: number): Span | undefined {
  const digits = /^(\d{1,2}):(\d{2})$/.exec(words[at] ?? "");
  if (digits) {
    const { half, length } = halfAt(words, at + 1);
    return { value: clockTime(Number(digits[1]), Number(digits[2]), half), at, length: 1 + length };
  }
  const hour = numberAt(words, at);
  if (hour === undefined || hour.value > 24 || hour.value % 1 !== 0) return undefined;
  const minute = numberAt(words, at + hour.length);
  const joins = minute !== undefined && minute.value >= 10 && minute.value < 60;
  const end = at + hour.length + (joins ? minute.length : 0);
  const { half, length } = halfAt(words, end);
  const led = /^(?:at|by|around|until)$/.test(words[at - 1] ?? "");
  if (!led && half === "" && length === 0) return undefined;
  return {
    value: clockTime(hour.value, joins ? minute.value : 0, half),
    at,
    length: end - at + length,
  };
}

const NAMED: ReadonlyMap<string, string> = new Map([
  ["noon", "12:00"],
  ["midday", "12:00"],
  ["midnight", "00:00"],
]);

function timeAt(words: readonly string[], at: number): Span | undefined {
  const named = NAMED.get(words[at] ?? "");
  return named === undefined
    ? (relative(words, at) ?? spelled(words, at))
    : { value: named, at, length: 1 };
}

const DAYS = "monday|tuesday|wednesday|thursday|friday|saturday|sunday";
const MONTHS =
  "january|february|march|april|may|june|july|august|september|october|november|december";

const DATES: readonly RegExp[] = [
  /^(?:the )?day after tomorrow/,
  /^(?:today|tonight|tomorrow|yesterday)(?: (?:morning|afternoon|evening|night))?/,
  new RegExp(`^(?:next |this |coming )?(?:${DAYS})(?: (?:morning|afternoon|evening|night))?`),
  /^(?:next|this) (?:week|weekend|month|year)/,
  new RegExp(`^(?:${MONTHS}) (?:the )?\\S+`),
  new RegExp(`^(?:the )?\\S+ (?:of )?(?:${MONTHS})`),
  /^\d{4} \d{2} \d{2}/,
];

function dateAt(words: readonly string[], at: number): Span | undefined {
  const rest = words.slice(at).join(" ");
  for (const pattern of DATES) {
    const found = pattern.exec(rest)?.[0];
    if (found === undefined) continue;
    const length = found.split(" ").length;
    return { value: found.replace(/^the /, ""), at, length };
  }
  return undefined;
}

function taken(
  slots: Slots,
  find: (words: readonly string[], at: number) => Span | undefined,
  leads: ReadonlySet<string>,
): string {
  for (let at = 0; at < slots.words.length; at++) {
    const span = isFree(slots, at) ? find(slots.words, at) : undefined;
    if (span === undefined) continue;
    const led = leads.has(slots.words[at - 1] ?? "") ? 1 : 0;
    const spoken = take(slots, at - led, span.length + led)
      .split(" ")
      .slice(led)
      .join(" ");
    return /\d/.test(span.value) ? span.value : spoken;
  }
  return "";
}

/** A time of day, as "7:30" or, when the half of the day is said, as "19:30". Takes its words. */
export const timeIn = (slots: Slots): string => taken(slots, timeAt, LEADS);

/** A day, in the words that named it. Takes them. */
export const dateIn = (slots: Slots): string => taken(slots, dateAt, new Set(["on", "for", "by"]));
