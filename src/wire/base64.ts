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

/** Holds the bytes of one conversion: a second of 24 kHz PCM fits. */
const scratch = new Uint8Array(48 * 1024);
/** The same for bytes that their receiver reads before the next conversion. */
const shared = new Uint8Array(48 * 1024);

/**
 * Decodes padded base64 of either alphabet into memory that the next call uses again.
 * @returns undefined for text with white space, without padding, with bits left over, or of more than 48 KiB.
 */
export function decodeShared(base64: string): Uint8Array | undefined {
  if (base64.length % 4 !== 0 || base64.length * 0.75 > shared.byteLength) return undefined;
  try {
    const { written } = shared.setFromBase64(base64, isUrlSafe(base64) ? strictUrlSafe : strict);
    // White space is skipped.
    return Math.ceil(written / 3) * 4 === base64.length ? shared.subarray(0, written) : undefined;
  } catch {
    return undefined;
  }
}

const strict = { lastChunkHandling: "strict" } as const;
const strictUrlSafe = { ...strict, alphabet: "base64url" } as const;

/**
 * Converts standard base64 to the URL-safe alphabet, as ADK's servers send it; other text stays as it is. To decode and
 * encode again takes a fraction of the time that replacing characters does.
 */
export function toUrlSafeBase64(base64: string): string {
  if (!base64.includes("+") && !base64.includes("/")) return base64;
  const bytes = decodeInto(scratch, base64) ?? fromBase64(base64);
  const omitPadding = !base64.endsWith("=");
  return bytes?.toBase64({ alphabet: "base64url", omitPadding }) ?? base64;
}

/** @returns undefined if the text does not fit, or is no standard base64. */
function decodeInto(target: Uint8Array, base64: string): Uint8Array | undefined {
  if (base64.length * 0.75 > target.byteLength) return undefined;
  try {
    return target.subarray(0, target.setFromBase64(base64).written);
  } catch {
    return undefined;
  }
}

const standard = (base64: string): string =>
  isUrlSafe(base64) ? base64.replaceAll("-", "+").replaceAll("_", "/") : base64;

/** Whether base64 is of the URL-safe alphabet; text with characters that both alphabets have is standard. */
export const isUrlSafe = (base64: string): boolean => base64.includes("-") || base64.includes("_");
