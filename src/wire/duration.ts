/** Protobuf durations in JSON: seconds, with an optional fraction, and an "s". */

/** Parses "9.5s" to ms; 0 if the text is not a duration. */
export const parseDurationMs = (duration: string): number =>
  /^\d+(\.\d+)?s$/.test(duration) ? Number.parseFloat(duration) * 1000 : 0;
