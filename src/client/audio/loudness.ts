/** How loud a moment of sound is, on a scale made for the eye. */

/** A moment's samples, silence at 0, as 0 (−50 dBFS and below) to 1 (−10 dBFS and above). */
export function measureLevel(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  const decibels = 10 * Math.log10(sum / samples.length + 1e-12);
  return Math.min(1, Math.max(0, (decibels + 50) / 40));
}

/** Rises at once and falls slowly, so that the eye follows: call it once per picture. */
export const smoothLevel = (shown: number, now: number): number =>
  now > shown ? shown + (now - shown) * 0.6 : shown + (now - shown) * 0.15;
