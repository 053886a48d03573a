/** The time and the date, here and elsewhere. */
import { placesIn, type Place } from "../words/places.ts";
import { titled, wordSet } from "../words/plain.ts";
import { say, type Skill } from "../utterance.ts";

const DAY_MS = 86_400_000;

/** @param zone the machine's own when absent. */
const formatted = (
  now: number,
  zone: string | undefined,
  options: Intl.DateTimeFormatOptions,
): string => new Intl.DateTimeFormat("en-US", { timeZone: zone, ...options }).format(now);

/** "5 PM", "5:07 PM". */
const timeAt = (now: number, zone: string | undefined): string =>
  formatted(now, zone, { timeStyle: "short" }).replace(":00", "").replace(/\s/g, " ");

const ASKS_TIME =
  /\b(what|tell|know|have|give|got|current|check|exact)\b.*\b(time|hour)\b|\bhow late is it\b|^(the )?(current |local )?time( (right )?now| please| in .*| at .*)?$|\bwhat (is|does) the clock\b|\btime is it\b/;

/** "time" in other senses. */
const OTHER_TIME =
  /\b(last|first|next|long|good|free|spare|hard|some|any|every|all the|this|many|much|of|same|each|your|my|our|a) (time|hour)|\btimes\b|\btime (to|for me|machine|off|travel|zone|left)\b|\bhad\b|\bwas\b/;

const ASKS_DATE =
  /\b(what|which|tell|know|give|current)\b.*\b(day|date|month|year|weekday)\b|\b(today|tomorrow|yesterday)\b.*\b(date|day)\b|^(the )?date\b/;

/** A day that is not the present one. */
const OTHER_DATE =
  /\b(my|your|his|her|birth|due|release|first|last|next|every|good|nice|great|how) (day|date|month|year)\b|\b(day|date) (of birth|went|was|with)\b|\bbirthday\b|\bhow (was|is) (your|my)\b|\bholiday\b/;

const HERE = wordSet(
  "the right now please here there today moment currently at this my city country town place morning evening",
);

/** The words after "in", when they are no place that is known. */
function unknownPlace(words: readonly string[]): string | undefined {
  const at = words.lastIndexOf("in");
  const rest = words.slice(at + 1).filter((word) => !HERE.has(word));
  return at >= 0 && rest.length > 0 && rest.length <= 4 ? rest.join(" ") : undefined;
}

const inPlace = (now: number, { name, zone }: Place): string => {
  const at = zone === "UTC" || name.endsWith(" time") ? "by" : "in";
  return `It is ${timeAt(now, zone)} on ${formatted(now, zone, { weekday: "long" })} ${at} ${name}.`;
};

interface ClockOptions {
  /** The IANA zone of "here"; the machine's own when absent. */
  readonly zone?: string | undefined;
}

export const clock =
  ({ zone }: ClockOptions): Skill =>
  ({ text, words, context: { now } }) => {
    if (!ASKS_TIME.test(text) || OTHER_TIME.test(text)) return undefined;
    const places = placesIn(words);
    if (places.length > 0) return say(places.map((place) => inPlace(now, place)).join(" "));
    const here = `It is ${timeAt(now, zone)} here.`;
    const elsewhere = unknownPlace(words);
    if (elsewhere === undefined) return say(here);
    return say(`I do not know the clock of ${titled(elsewhere)}.`, here);
  };

/** Days from today. */
const SHIFTS: readonly (readonly [RegExp, number, string])[] = [
  [/\bday after tomorrow\b/, 2, "The day after tomorrow is"],
  [/\btomorrow\b/, 1, "Tomorrow is"],
  [/\byesterday\b/, -1, "Yesterday was"],
];

export const calendar =
  ({ zone }: ClockOptions): Skill =>
  ({ text, words, context: { now } }) => {
    if (!ASKS_DATE.test(text) || OTHER_DATE.test(text)) return undefined;
    const place = placesIn(words)[0];
    const today = place === undefined ? "Today is" : `In ${place.name} today is`;
    const [, days, prefix] = SHIFTS.find(([pattern]) => pattern.test(text)) ?? [text, 0, today];
    const date = (options: Intl.DateTimeFormatOptions): string =>
      formatted(now + days * DAY_MS, place?.zone ?? zone, options);
    if (/\byear\b/.test(text)) return say(`It is the year ${date({ year: "numeric" })}.`);
    if (/\bmonth\b/.test(text)) return say(`It is ${date({ month: "long" })}.`);
    return say(`${prefix} ${date({ dateStyle: "full" })}.`);
  };
