/** Words for parameters that are text: what marks them in a command, and what is left for them. */
import { plain, titled } from "../words/plain.ts";
import { roleOf, type Role } from "./parameter-roles.ts";
import type { Parameter } from "./schema.ts";
import { capitals, isFree, leftover, phraseAfter, take, type Slots } from "./slots.ts";
import { dateIn, timeIn } from "./datetimes.ts";

const CUES: Partial<Record<Role, readonly string[]>> = {
  place: ["in", "near", "around", "at", "for", "to", "of"],
  to: ["to", "into"],
  from: ["from", "out of"],
  with: ["with"],
  about: ["about", "on"],
  by: ["by"],
  person: ["named", "called", "under the name of", "under the name", "under", "by the name of"],
  words: ["saying that", "saying", "that says", "that"],
  symbol: ["of", "for", "in"],
};

const URL =
  /\bhttps?:\/\/[^\s"']+[^\s"'.,!?]|\b(?:[a-z\d-]+\.)+(?:com|org|net|io|dev|ai|edu|gov)\b(?:\/\S*)?/i;
const EMAIL = /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/;
const PHONE = /\+?\d[\d\s()-]{5,}\d/;

const PATTERNS: Partial<Record<Role, RegExp>> = { url: URL, email: EMAIL, phone: PHONE };

const ADDRESSED: ReadonlySet<Role> = new Set(["to", "from", "with"]);

/** An e-mail address, for somebody to whom something goes. Takes it, with the word before. */
function addressIn(slots: Slots): string {
  const address = EMAIL.exec(slots.raw)?.[0] ?? "";
  const parts = address === "" ? [] : plain(address).toLowerCase().split(" ");
  const at = slots.words.findIndex((_, i) => parts.every((part, j) => slots.words[i + j] === part));
  if (parts.length > 0 && isFree(slots, at)) take(slots, at, parts.length);
  return address;
}

/** What the words clearly mark for this parameter: a quotation, a pattern, a time, a word that leads up to it. */
export function marked(slots: Slots, parameter: Parameter): string {
  const role = roleOf(parameter);
  const pattern = PATTERNS[role];
  if (pattern !== undefined) return pattern.exec(slots.raw)?.[0] ?? "";
  if (role === "time")
    return timeIn(slots) || (parameter.format === "date-time" ? dateIn(slots) : "");
  if (role === "date")
    return [dateIn(slots), timeIfWanted(slots, parameter)].filter(Boolean).join(" ");
  const address = ADDRESSED.has(role) ? addressIn(slots) : "";
  if (address !== "") return address;
  const cues = CUES[role];
  const found = cues === undefined ? "" : phraseAfter(slots, cues, role === "words");
  return role === "place" && found === found.toLowerCase() ? titled(found) : found;
}

/** A parameter called "when" takes the hour too. */
const timeIfWanted = (slots: Slots, { name }: Parameter): string =>
  /when|date_?time/i.test(name) ? timeIn(slots) : "";

const CAPITAL: ReadonlySet<Role> = new Set(["place", "person", "symbol", "by", "with", "to"]);

/** What is left: a capitalised name where a name is wanted, else the words that nothing else took. */
export function remaining(slots: Slots, parameter: Parameter): string {
  const role = roleOf(parameter);
  if (PATTERNS[role] !== undefined) return "";
  const name = CAPITAL.has(role) ? capitals(slots) : "";
  const value = name || leftover(slots);
  const lower = value === value.toLowerCase();
  if (role === "symbol") return lower || value.length <= 5 ? value.toUpperCase() : value;
  return role === "place" && lower ? titled(value) : value;
}
