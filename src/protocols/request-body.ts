/** Reads the bodies of requests, each within a bound that no header of the client changes. */
import { clientError, type ClientError } from "../core/errors.ts";

/** How long a client may take to send a body, in ms. */
const bodyTimeoutMs = 30_000;

/**
 * Reads a body as text. Its bytes are counted as they come: Content-Length may be missing or wrong.
 * @returns the error for a body that is larger than `maxBytes`, compressed, slow, or broken off.
 */
export async function readBody(
  { headers, body }: Request,
  maxBytes: number,
  timeoutMs = bodyTimeoutMs,
): Promise<string | ClientError> {
  const encoding = headers.get("content-encoding")?.trim().toLowerCase() || "identity";
  if (encoding !== "identity") return compressed();
  if (Number(headers.get("content-length") ?? 0) > maxBytes) return tooBig(maxBytes);
  if (!body) return "";
  const reader = (body as ReadableStream<Uint8Array>).getReader();
  let isLate = false;
  const cancel = (): void => void reader.cancel().catch(() => undefined);
  const timer = setTimeout(() => {
    isLate = true;
    cancel();
  }, timeoutMs);
  try {
    const text = await readAll(reader, maxBytes);
    if (typeof text !== "string") cancel();
    return isLate ? tooSlow() : text;
  } catch {
    // The client broke off.
    return tooSlow();
  } finally {
    clearTimeout(timer);
  }
}

async function readAll(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  maxBytes: number,
): Promise<string | ClientError> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    bytes += value.byteLength;
    if (bytes > maxBytes) return tooBig(maxBytes);
    text += decoder.decode(value, { stream: true });
  }
}

const tooBig = (maxBytes: number): ClientError =>
  clientError("BODY_TOO_BIG", `The request was ignored: at most ${maxBytes} bytes are taken.`);

const compressed = (): ClientError =>
  clientError("BAD_FRAME", "The request was ignored: its body is compressed. Send it as it is.");

const tooSlow = (): ClientError =>
  clientError(
    "BODY_TOO_SLOW",
    `The request was ignored: its body did not arrive whole within ${bodyTimeoutMs / 1000} s. Send it again.`,
  );
