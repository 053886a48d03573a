/** An id made of another system's name. In wire, because a client and the Worker must make the same. */

/**
 * A name of letters, digits and .:@+- stays as it is. Every other byte of its UTF-8 becomes `_` and two hex digits, so that
 * different names give different ids. So does the first byte of a name that would mean something else: "anonymous" stands
 * for no person.
 */
export function escapeId(name: string): string {
  const escaped = Array.from(new TextEncoder().encode(name), (byte) => {
    const character = String.fromCodePoint(byte);
    return /[A-Za-z0-9.:@+-]/.test(character) ? character : escapeByte(byte);
  }).join("");
  return /^(\.{1,2}$|google\.|anonymous$)/.test(escaped)
    ? escapeByte(escaped.codePointAt(0) ?? 0) + escaped.slice(1)
    : escaped;
}

const escapeByte = (byte: number): string => `_${byte.toString(16).padStart(2, "0")}`;
