/** Base64 in both alphabets, padded or not. */

/** Decodes standard or URL-safe base64, with or without padding; undefined if the text is neither. */
export function fromBase64(text: string): Uint8Array | undefined {
  try {
    return Uint8Array.fromBase64(standard(text));
  } catch {
    return undefined;
  }
}

/** Standard base64 with padding, as the Live API and JSON clients send it. */
export const toBase64 = (bytes: Uint8Array): string => bytes.toBase64();

/** Converts standard base64 to the URL-safe alphabet, as ADK's servers send it. */
export const toUrlSafeBase64 = (base64: string): string =>
  base64.includes("+") || base64.includes("/")
    ? base64.replaceAll("+", "-").replaceAll("/", "_")
    : base64;

const standard = (base64: string): string =>
  base64.includes("-") || base64.includes("_")
    ? base64.replaceAll("-", "+").replaceAll("_", "/")
    : base64;
