/** Times and dates in a command: "at seven thirty", "half past six", "tomorrow", "on Friday", "March the third". */
import { casual, Chrono, type ParsedResult } from "chrono-node/en";
import { tokensOf } from "../words/numbers.ts";
import { isFree, take, type Slots } from "./slots.ts";

/** Without refiners, a time is not merged with the date beside it. */
const unmerged = new Chrono({ parsers: casual.parsers, refiners: [] });

type Rewrite = readonly [RegExp, (a: string, b: string) => string];

const rewrite = (pattern: string, by: Rewrite[1]): Rewrite => [
  new RegExp(String.raw`\b${pattern.replaceAll(" ", " +")}\b(?!:)`, "g"),
  by,
];

/** Chrono reads "7:30", "pm", "march-3" and "overmorrow", but not the longer forms. */
const REWRITES: readonly Rewrite[] = [
  rewrite(String.raw`(?:a )?quarter past (\d+)`, (hour) => `${hour}:15`),
  rewrite(String.raw`half past (\d+)`, (hour) => `${hour}:30`),
  rewrite(String.raw`(?:a )?quarter to (\d+)`, (hour) => `${Number(hour) - 1 || 12}:45`),
  rewrite(String.raw`(?<=\b(?:at|by|around|until) )(\d\d?) ([1-5]\d)`, (a, b) => `${a}:${b}`),
  rewrite(String.raw`(\d\d?) ([1-5]\d)(?= [ap](?:m| m))`, (a, b) => `${a}:${b}`),
  rewrite(String.raw`(?<=\d )([ap]) m`, (half) => `${half}m`),
  rewrite(String.raw`(?<=\d )(?:oclock )?in the (?:afternoon|evening)`, () => "pm"),
  rewrite(String.raw`(?<=\d )(?:oclock )?in the morning`, () => "am"),
  rewrite(String.raw`(\d+) oclock`, (hour) => `${hour}:00`),
  rewrite(String.raw`(?:by|around|until)(?= \d)`, () => "at"),
  rewrite(String.raw`(\d{4} minus \d\d minus \d\d)`, (day) => day.replaceAll(" minus ", "-")),
  rewrite("(?:the )?day after tomorrow", () => "overmorrow"),
  rewrite(
    "([a-z]{3,9}) the ([0-9]+|[a-z0-9]+(?:st|nd|rd|th)|second)",
    (month, day) => `${month}-${day}`,
  ),
];

const spaces = (text: string): number => text.split(" ").length - 1;

/** The words as chrono reads them. As many spaces precede each word as words precede it in the command. */
const readable = (words: readonly string[]): string =>
  REWRITES.reduce(
    (done, [pattern, by]) =>
      done.replace(pattern, (match: string, a: string, b: string) =>
        by(a, b).padEnd(by(a, b).length + spaces(match)),
      ),
    tokensOf(words)
      .map(({ text, length }) => text + " ".repeat(length))
      .join(""),
  );

const TIME = /^at |:|\d ?[ap]m?$|^noon|^mid/;

const isTime = ({ text, start }: ParsedResult): boolean =>
  start.isCertain("hour") && TIME.test(text);

/** Not a bare month: "may" and "march" are verbs too. */
const isDay = (result: ParsedResult): boolean =>
  !result.start.isCertain("hour") &&
  !result.tags().has("parser/ENMonthNameParser") &&
  (["day", "weekday", "month", "year"] as const).some((part) => result.start.isCertain(part));

const LEADS = new Set(["at", "by", "around", "before", "after", "until", "for", "on", "the"]);

/** Takes the words of the first result that are free, and the prepositions before them. */
function taken(
  slots: Slots,
  text: string,
  results: readonly ParsedResult[],
): { result: ParsedResult; spoken: string } | undefined {
  for (const result of results) {
    const at = spaces(text.slice(0, result.index));
    const rest = text.slice(result.index + result.text.length);
    const end = slots.words.length - spaces(rest.trimStart());
    if (!isFree(slots, at)) continue;
    let begin = at;
    while (isFree(slots, begin - 1) && LEADS.has(slots.words[begin - 1] ?? "")) begin--;
    take(slots, begin, at - begin);
    return { result, spoken: take(slots, at, end - at).replace(/^(?:on|at|for) /, "") };
  }
  return undefined;
}

/** A time of day: "7:30", "19:30" when the half of the day is known, or "". Takes its words. */
export function timeIn(slots: Slots): string {
  const text = readable(slots.words);
  const start = taken(slots, text, unmerged.parse(text).filter(isTime))?.result.start;
  if (start === undefined) return "";
  const [hour, minute] = [start.get("hour") ?? 0, start.get("minute") ?? 0];
  const sure = start.isCertain("meridiem") || hour === 0;
  return `${String(hour).padStart(sure ? 2 : 1, "0")}:${String(minute).padStart(2, "0")}`;
}

/** A day, in the words that named it, or "". Takes its words. */
export function dateIn(slots: Slots): string {
  const text = readable(slots.words);
  const hidden = unmerged
    .parse(text)
    .filter(isTime)
    .reduce(
      (done, { index, text: time }) =>
        done.slice(0, index) + time.replace(/\S/g, "_") + done.slice(index + time.length),
      text,
    );
  const found = taken(slots, hidden, casual.parse(hidden).filter(isDay));
  return /^\d{4}-/.test(found?.result.text ?? "")
    ? (found?.result.text ?? "")
    : (found?.spoken ?? "");
}
