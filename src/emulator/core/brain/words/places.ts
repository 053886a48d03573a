/** Cities, provinces and countries named in an utterance, with their time zones. */
import { cityMapping } from "city-timezones";
import { difference } from "./similar.ts";

export interface Place {
  /** Without accents: "Sao Paulo". */
  readonly name: string;
  /** IANA name. */
  readonly zone: string;
}

/** Names that city-timezones lacks, or gives to another place. */
const ALIASES = `America/New_York: Washington | Washington DC | New York City | Manhattan | Brooklyn | Eastern time
America/Los_Angeles: Silicon Valley | Pacific time
America/Chicago: Saint Louis
America/Argentina/Buenos_Aires: Cordoba Argentina
America/Costa_Rica: San Jose Costa Rica
America/Guatemala: Guatemala City
America/Port-au-Prince: Port au Prince
America/Sao_Paulo: Rio
America/St_Johns: Saint Johns | Newfoundland
Africa/Cairo: Giza
Africa/Casablanca: Marrakech
Asia/Ho_Chi_Minh: Saigon
Asia/Kolkata: New Delhi | Calcutta | Bombay | Bangalore | Madras
Asia/Kuwait: Kuwait City
Asia/Riyadh: Mecca
Asia/Seoul: Korea
Asia/Shanghai: Peking
Europe/Amsterdam: Holland
Europe/Brussels: Ghent
Europe/Kyiv: Kiev | Odesa | Lviv
Europe/London: England | Scotland | Wales | Britain
Europe/Madrid: Valencia
Europe/Moscow: Saint Petersburg
Europe/Prague: Czechia
Europe/Sarajevo: Bosnia
Europe/Stockholm: Gothenburg
Europe/Warsaw: Cracow
UTC: UTC | Universal time | Coordinated universal time`;

/** Countries with several zones in wide use: their provinces are known instead. */
const SEVERAL_ZONES = /^(?:United States of America|Canada|Australia|Russia|Indonesia)$/;

/** Inhabitants of a city that is known, and of one that is famous. */
const CITY = 50_000;
const METROPOLIS = 500_000;

const folded = (text: string): string =>
  text
    .normalize("NFD")
    .replace(/[\u0300-\u036F.]/g, "")
    .replace(/[-']/g, " ")
    .toLowerCase()
    .replace(/\bst\b/g, "saint");

interface KnownPlace extends Place {
  /** Known without "in", and misspelled. */
  readonly famous: boolean;
}

/** By folded name. */
const BY_NAME = new Map<string, KnownPlace>();

/** The first place of a name wins. */
function add(name: string, zone: string, famous = true): void {
  if (zone && name && !BY_NAME.has(folded(name))) BY_NAME.set(folded(name), { name, zone, famous });
}

for (const line of ALIASES.split("\n")) {
  const [zone = "", names = ""] = line.split(": ");
  for (const name of names.split(" | ")) add(name, zone);
}
const cities = cityMapping.filter(({ pop }) => pop >= CITY).sort((a, b) => b.pop - a.pop);
for (const { country, province, timezone } of cities)
  add(SEVERAL_ZONES.test(country) ? province : country, timezone);
for (const { city_ascii, timezone, pop } of cities) add(city_ascii, timezone, pop >= METROPOLIS);

export const PLACES: readonly Place[] = [...BY_NAME.values()];

function similar(text: string): Place | undefined {
  let best: { place: Place; edits: number } | undefined;
  for (const [name, place] of BY_NAME) {
    const edits = place.famous
      ? difference(text.replaceAll(" ", ""), name.replaceAll(" ", ""))
      : undefined;
    if (edits !== undefined && edits < (best?.edits ?? Infinity)) best = { place, edits };
  }
  return best?.place;
}

/** Words before the name of any place, and before a misspelled one. */
const LEADS = /^(?:in|at|and)$/;
const WIDE_LEADS = /^(?:in|at|for|over|and|is|time|to|of)$/;

/** Words that begin no misspelled name. */
const NEVER =
  /^(?:an?|my|our|your|his|her|their|this|that|it|the|morning|evening|afternoon|general|case|fact|time|order|total)$/;

/** Famous names that are ordinary words too. */
const WORDS_TOO = /^(?:Nice|Orlando|Charlotte|Salvador|Surat|Turkey)$/;

function placeAt(
  words: readonly string[],
  at: number,
): { place: Place; length: number } | undefined {
  const before = words[at - 1] ?? "";
  const spans = [4, 3, 2, 1]
    .filter((length) => at + length <= words.length)
    .map((length) => ({ length, text: folded(words.slice(at, at + length).join(" ")) }));
  for (const { length, text } of spans) {
    const place = BY_NAME.get(text) ?? BY_NAME.get(text.replace(/^the /, ""));
    if (place === undefined) continue;
    const alone = place.famous && !WORDS_TOO.test(place.name);
    if (alone || LEADS.test(before)) return { place, length };
  }
  if (!WIDE_LEADS.test(before) || NEVER.test(words[at] ?? "")) return undefined;
  for (const { length, text } of spans) {
    const place = similar(text);
    if (place !== undefined) return { place, length };
  }
  return undefined;
}

/** All places named in the words, in order, one for each zone. Misspelled names count only after a preposition. */
export function placesIn(words: readonly string[]): Place[] {
  const found: Place[] = [];
  for (let at = 0; at < words.length; at++) {
    const match = placeAt(words, at);
    if (match === undefined) continue;
    if (!found.some(({ zone }) => zone === match.place.zone)) found.push(match.place);
    at += match.length - 1;
  }
  return found;
}
