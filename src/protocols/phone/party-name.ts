/**
 * The name of the other party of a call: a number, or an address with a scheme. A network that withholds a caller's number
 * sends a word, a number that spells it, or a SIP address without a person (RFC 3323): these name no person.
 */
import { decodePathSegment } from "../request-url.ts";

/** @returns undefined if the party has no name of its own. */
export function partyName(party = ""): string | undefined {
  // Characters that were lost in decoding could make two names one.
  if (!party.isWellFormed() || party.includes("\uFFFD")) return undefined;
  if (/^\+?\d+$/.test(party)) return numberName(party);
  const [, scheme, rest = ""] = /^(sips?|client|tel|whatsapp):(.*)$/is.exec(party) ?? [];
  if (scheme === undefined)
    return /.@./.test(party) && isPerson(party, true) ? `sip:${party}` : undefined;
  return isPerson(rest, /^sip/i.test(scheme)) ? party : undefined;
}

/** A number without `+` gets a scheme: a web client's user id may consist of digits. */
function numberName(number: string): string | undefined {
  if (!isNumber(number)) return undefined;
  return number.startsWith("+") ? number : `tel:${number}`;
}

/** @param isSip the address is `user@host`: one without a user names a server. */
function isPerson(address: string, isSip: boolean): boolean {
  // A display name, and parameters such as a tag of each call, are no part of the address.
  const bare = (/<(?:sips?:)?([^>]*)>/i.exec(address)?.[1] ?? address).replace(/^sips?:/i, "");
  const at = bare.lastIndexOf("@");
  if (isSip && at < 1) return false;
  const [user = ""] = (isSip ? bare.slice(0, at) : bare).split(/[;:]/, 1);
  const host = isSip ? bare.slice(at + 1) : "";
  const name = decodePathSegment(user);
  if (/^(anonymous\b|[^;]*\.invalid\b)/i.test(host)) return false;
  // A number may have visual separators (RFC 3966).
  const number = name.replaceAll(/[\s().-]/g, "");
  return /^\+*\d+$/.test(number) ? isNumber(number) : !isWithheld(name);
}

/** Of E.164's length, or an extension. Networks also fill the place of a number with noughts and ones. */
const isNumber = (number: string): boolean => {
  const digits = number.replace(/^\+*/, "");
  return (
    digits.length >= (number.startsWith("+") ? 7 : 3) &&
    digits.length <= 15 &&
    !withheldNumbers.has(digits) &&
    /[2-9]/.test(digits)
  );
};

/** Whether a name has no other words than these, however they are joined: "Private Number", "no-caller-id". */
function isWithheld(name: string): boolean {
  const letters = name.normalize("NFKC").replaceAll(/[^\p{L}\p{N}]/gu, "");
  return letters === "" || withheldWords.test(letters);
}

/** Asterisk calls itself so where a call has no number. */
const withheldWords =
  /^(anonymous|restricted|unavailable|unidentified|unknown|private|blocked|withheld|hidden|nobody|none|null|undefined|no|not|available|outofarea|caller|number|name|id|user|guest|asterisk)+$/i;

/** ANONYMOUS, RESTRICTED, BLOCKED, UNKNOWN, UNAVAILABLE and PRIVATE on a telephone's keys (Twilio). */
const withheldNumbers = new Set([
  "266696687",
  "7378742833",
  "2562533",
  "8656696",
  "86282452253",
  "7748283",
]);
