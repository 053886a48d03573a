/** Close codes and reasons that a WebSocket endpoint is allowed to send (RFC 6455 §7.4, §5.5). */

/** A code that may be sent: 1004, 1005, 1006, 1015 and codes outside the ranges become 1000. */
export const sendableCloseCode = (code: number): number =>
  (code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code)) ||
  (code >= 3000 && code <= 4999)
    ? code
    : 1000;

/** A close reason of at most 123 bytes of UTF-8, cut between characters. */
export function clipCloseReason(reason: string, limit = 123): string {
  let bytes = 0;
  let kept = "";
  for (const character of reason) {
    bytes += utf8Length(character);
    if (bytes > limit) return kept;
    kept += character;
  }
  return kept;
}

function utf8Length(character: string): number {
  const point = character.codePointAt(0) ?? 0;
  if (point < 0x80) return 1;
  if (point < 0x800) return 2;
  return point < 0x10000 ? 3 : 4;
}
