/** Decodes parts of request URLs, for the routes of several protocols. */

/** Reads a flag in a query as FastAPI does, on which ADK's samples run, but without its single letters. */
export const isTrue = (value: string | undefined): boolean =>
  /^(true|1|yes|on)$/i.test(value ?? "");

/** @returns the segment itself if its percent-encoding is malformed; as an identifier it is invalid then. */
export function decodePathSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
