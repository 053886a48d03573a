/** 80 random bits in characters that every id may contain. */
export const randomId = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => (byte % 32).toString(32)).join(
    "",
  );
