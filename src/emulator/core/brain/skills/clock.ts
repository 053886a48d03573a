/** The time and the date, here and in the world's big cities. */
import type { Place } from "../data/cities.ts";
import { titled } from "../words/plain.ts";
import { placesIn } from "../words/places.ts";
import { say, type Skill } from "../utterance.ts";

const DAY_MS = 86_400_000;

/** "5 PM", "5:07 PM": a full hour has no minutes to stumble over. */
function timeIn(now: number, zone: string | undefined): string {
  const clock = new Intl.DateTimeFormat("en-US", {
    ...(zone === undefined ? {} : { timeZone: zone }),
    hour: "numeric",
    minute: "2-digit",
    hour12: true,
  }).format(now);
  return clock.replace(":00", "").replace(/\s/g, " ");
}

const dateIn = (now: number, zone: string | undefined, shape: Intl.DateTimeFormatOptions): string =>
  new Intl.DateTimeFormat("en-US", {
    ...(zone === undefined ? {} : { timeZone: zone }),
    ...shape,
  }).format(now);

const WEEKDAY = { weekday: "long" } as const;
const FULL = { weekday: "long", month: "long", day: "numeric", year: "numeric" } as const;

const ASKS_TIME =
  /\b(what|tell|know|have|give|got|current|check|exact)\b.*\b(time|hour)\b|\bhow late is it\b|^(the )?(current |local )?time( (right )?now| please| in .*| at .*)?$|\bwhat (is|does) the clock\b|\btime is it\b/;

/** "time" that is not the clock's. */
const OTHER_TIME =
  /\b(last|first|next|long|good|free|spare|hard|some|any|every|all the|this|many|much|of|same|each|your|my|our|a) (time|hour)|\btimes\b|\btime (to|for me|machine|off|travel|zone|left)\b|\bhad\b|\bwas\b/;

const ASKS_DATE =
  /\b(what|which|tell|know|give|current)\b.*\b(day|date|month|year|weekday)\b|\b(today|tomorrow|yesterday)\b.*\b(date|day)\b|^(the )?date\b/;

/** A date or a day that is not the calendar's present one. */
const OTHER_DATE =
  /\b(my|your|his|her|birth|due|release|first|last|next|every|good|nice|great|how) (day|date|month|year)\b|\b(day|date) (of birth|went|was|with)\b|\bbirthday\b|\bhow (was|is) (your|my)\b|\bholiday\b/;

const unknownPlace = (words: readonly string[]): string | undefined => {
  const at = words.lastIndexOf("in");
  const rest = at < 0 ? [] : words.slice(at + 1).filter((word) => !AROUND.has(word));
  return rest.length > 0 && rest.length <= 4 ? rest.join(" ") : undefined;
};

const AROUND = new Set(
  "the right now please here there today moment currently at this my city country town place morning evening".split(
    " ",
  ),
);

const inPlace = (now: number, { name, zone }: Place): string => {
  const at = zone === "UTC" || name.endsWith(" time") ? "by" : "in";
  return `It is ${timeIn(now, zone)} on ${dateIn(now, zone, WEEKDAY)} ${at} ${name}.`;
};

export interface ClockOptions {
  /** The zone of "here"; the machine's own when absent. */
  readonly zone?: string | undefined;
}

export const clock =
  ({ zone }: ClockOptions): Skill =>
  ({ text, words, scene }) => {
    if (!ASKS_TIME.test(text) || OTHER_TIME.test(text)) return undefined;
    const places = placesIn(words);
    if (places.length > 0) return say(places.map((place) => inPlace(scene.now, place)).join(" "));
    const here = `It is ${timeIn(scene.now, zone)} here.`;
    const elsewhere = unknownPlace(words);
    if (elsewhere === undefined) return say(here);
    return say(`I do not know the clock of ${titled(elsewhere)}.`, here);
  };

const SHIFTS: readonly (readonly [RegExp, number, string])[] = [
  [/\bday after tomorrow\b/, 2, "The day after tomorrow is"],
  [/\btomorrow\b/, 1, "Tomorrow is"],
  [/\byesterday\b/, -1, "Yesterday was"],
];

export const calendar =
  ({ zone }: ClockOptions): Skill =>
  ({ text, words, scene }) => {
    if (!ASKS_DATE.test(text) || OTHER_DATE.test(text)) return undefined;
    const place = placesIn(words)[0];
    const where = place?.zone ?? zone;
    const shift = SHIFTS.find(([pattern]) => pattern.test(text));
    const when = scene.now + (shift?.[1] ?? 0) * DAY_MS;
    if (/\byear\b/.test(text))
      return say(`It is the year ${dateIn(when, where, { year: "numeric" })}.`);
    if (/\bmonth\b/.test(text)) return say(`It is ${dateIn(when, where, { month: "long" })}.`);
    const lead = shift?.[2] ?? (place === undefined ? "Today is" : `In ${place.name} today is`);
    return say(`${lead} ${dateIn(when, where, FULL)}.`);
  };
