/** Voices with a pitch, without a platform: tests in workerd use them, too. */

/** Samples per second. */
const rate = 16_000;

/** A voice whose pitch goes evenly from one frequency to another, with three harmonics. */
export function glide(ms: number, from: number, to: number): Int16Array<ArrayBuffer> {
  const count = Math.round((ms * rate) / 1_000);
  let phase = 0;
  return Int16Array.from({ length: count }, (_, at) => {
    phase += (2 * Math.PI * (from + ((to - from) * at) / count)) / rate;
    return 4_000 * Math.sin(phase) + 2_000 * Math.sin(2 * phase) + 1_000 * Math.sin(3 * phase);
  });
}

/** A statement of at least half a second: level, and a fall of an octave in its last 300 ms. */
export const statement = (ms: number, hertz = 200): Int16Array<ArrayBuffer> =>
  join(glide(ms - 300, hertz, hertz * 0.95), glide(300, hertz * 0.9, hertz * 0.5));

/** A phrase that goes on: its pitch rises at the end. */
export const question = (ms: number, hertz = 200): Int16Array<ArrayBuffer> =>
  join(glide(ms - 300, hertz, hertz), glide(300, hertz, hertz * 1.5));

/** Noise without pitch. */
export function noise(ms: number, amplitude = 8_000): Int16Array<ArrayBuffer> {
  let state = 1;
  return Int16Array.from({ length: (ms * rate) / 1_000 }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7f_ff_ff_ff;
    return (state / 0x7f_ff_ff_ff - 0.5) * 2 * amplitude;
  });
}

export const pause = (ms: number): Int16Array<ArrayBuffer> =>
  new Int16Array(Math.round((ms * rate) / 1_000));

export function join(...parts: readonly Int16Array[]): Int16Array<ArrayBuffer> {
  const joined = new Int16Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
