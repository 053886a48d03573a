/** Deterministic sounds that are not speech, mono PCM16 at 16 kHz. */

const rate = 16_000;

/** @param hz the frequency. */
export function tone(samples: number, hz: number): Int16Array<ArrayBuffer> {
  return Int16Array.from({ length: samples }, (_, i) =>
    Math.round(9000 * Math.sin((2 * Math.PI * hz * i) / rate)),
  );
}

/** White noise from a small congruential generator. */
export function noise(samples: number, loudness = 6000): Int16Array<ArrayBuffer> {
  let seed = 1;
  return Int16Array.from({ length: samples }, () => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.round((seed / 2 ** 31 - 1) * loudness);
  });
}

/** A click of 2 ms, three times a second. */
export function clicks(samples: number): Int16Array<ArrayBuffer> {
  return Int16Array.from({ length: samples }, (_, i) => (i % (rate / 3) < 32 ? 20_000 : 0));
}
