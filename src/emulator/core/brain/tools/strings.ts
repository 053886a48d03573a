/** Text arguments: marked in the command by a preposition or a pattern, or what remains. */
import { titled, wordsIn } from "../words/plain.ts";
import { dateIn, timeIn } from "./datetimes.ts";
import { roleOf, type Role } from "./parameter-roles.ts";
import type { Parameter } from "./schema.ts";
import { capitals, indexOfPhrase, leftover, phraseAfter, take, type Slots } from "./slots.ts";

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

const EMAIL = /[\w.+-]+@[\w-]+(?:\.[\w-]+)+/;

const PATTERNS: Partial<Record<Role, RegExp>> = {
  url: /\bhttps?:\/\/[^\s"']+[^\s"'.,!?]|\b(?:[a-z\d-]+\.)+(?:com|org|net|io|dev|ai|edu|gov)\b(?:\/\S*)?/i,
  email: EMAIL,
  phone: /\+?\d[\d\s()-]{5,}\d/,
};

/** Takes an e-mail address. */
function addressIn(slots: Slots): string {
  const address = EMAIL.exec(slots.raw)?.[0] ?? "";
  const words = wordsIn(address);
  const at = indexOfPhrase(slots, words);
  if (at >= 0) take(slots, at, words.length);
  return address;
}

/** The value that a quotation, a pattern, a time or a preposition clearly marks for a parameter, or "". */
export function marked(slots: Slots, parameter: Parameter): string {
  const role = roleOf(parameter);
  const pattern = PATTERNS[role];
  if (pattern !== undefined) return pattern.exec(slots.raw)?.[0] ?? "";
  if (role === "time")
    return timeIn(slots) || (parameter.format === "date-time" ? dateIn(slots) : "");
  if (role === "date") {
    const time = /when|date_?time/i.test(parameter.name);
    return [dateIn(slots), time ? timeIn(slots) : ""].filter(Boolean).join(" ");
  }
  const address = /^(?:to|from|with)$/.test(role) ? addressIn(slots) : "";
  if (address !== "") return address;
  const found = phraseAfter(slots, CUES[role] ?? [], role === "words");
  return role === "place" && found === found.toLowerCase() ? titled(found) : found;
}

/** A capitalised name where the role is a name, else the words that no other parameter took. */
export function remaining(slots: Slots, parameter: Parameter): string {
  const role = roleOf(parameter);
  if (PATTERNS[role] !== undefined) return "";
  const name = /^(?:place|person|symbol|by|with|to)$/.test(role) ? capitals(slots) : "";
  const value = name || leftover(slots);
  const lower = value === value.toLowerCase();
  if (role === "symbol") return lower || value.length <= 5 ? value.toUpperCase() : value;
  return role === "place" && lower ? titled(value) : value;
}
