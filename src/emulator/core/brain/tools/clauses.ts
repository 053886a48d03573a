/** Splits a command into clauses: "turn on the lights and the TV". */

const CONJUNCTION = /\s*(?:[,;]\s*(?:and\s+|then\s+)*|\b(?:and then|and also|and|then|also)\b\s+)/i;

/** The clauses in order; a quotation is never split. */
export function clausesOf(raw: string): string[] {
  const quotes: string[] = [];
  return raw
    .replace(/["“][^"”]*["”]/g, (quote) => `\uE000${quotes.push(quote) - 1}\uE000`)
    .split(CONJUNCTION)
    .map((clause) =>
      clause.replace(/\uE000(\d+)\uE000/g, (_, at: string) => quotes[Number(at)] ?? ""),
    )
    .map((clause) => clause.trim())
    .filter((clause) => clause !== "");
}

/** The verb that a later clause may omit, with the words before it: "please turn on", "add", "what is". */
export const verbOf = (clause: string): string =>
  /^(?:(?:please|hey|ok|okay|can you|could you|would you|i want you to|i would like to) )*(?:(?:turn|switch|put) (?:on|off|up|down)|[\p{L}']+)/iu.exec(
    clause,
  )?.[0] ?? "";
