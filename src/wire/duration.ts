/** Protobuf's durations in JSON: seconds, with a fraction, and an "s". */

/** "9.5s" in ms; 0 when the text is no duration. */
export const parseDurationMs = (duration: string): number =>
  /^\d+(\.\d+)?s$/.test(duration) ? Number.parseFloat(duration) * 1000 : 0;
