/** Parts a command that holds several: "turn on the lights and the TV". */

const JOINTS = /\s*(?:[,;]\s*(?:and\s+|then\s+)*|\b(?:and then|and also|and|then|also)\b\s+)/i;

/** The clauses, in order; a quotation is never parted. */
export function clausesOf(raw: string): string[] {
  const quotes: string[] = [];
  const safe = raw.replace(/["“][^"”]*["”]/g, (quote) => `\uE000${quotes.push(quote) - 1}\uE000`);
  return safe
    .split(JOINTS)
    .map((clause) =>
      clause
        .replace(/\uE000(\d+)\uE000/g, (_, index: string) => quotes[Number(index)] ?? "")
        .trim(),
    )
    .filter((clause) => clause !== "");
}

/** The words of order that a later clause goes without: "turn on", "add", "what is". */
export function lead(clause: string): string {
  const match =
    /^(?:(?:please|hey|ok|okay|can you|could you|would you|i want you to|i would like to) )*(?:(?:turn|switch|put) (?:on|off|up|down)|[\p{L}']+)/iu.exec(
      clause,
    );
  return match?.[0] ?? "";
}
