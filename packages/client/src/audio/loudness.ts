/** Audio levels for display, on a perceptual scale. */

/** @returns 0 (−50 dBFS and below) to 1 (−10 dBFS and above). */
export function measureLevel(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  const decibels = 10 * Math.log10(sum / samples.length + 1e-12);
  return Math.min(1, Math.max(0, (decibels + 50) / 40));
}

/** Rises fast and falls slowly, so that the eye can follow. Must be called once per animation frame. */
export const smoothLevel = (shown: number, measured: number): number =>
  measured > shown ? shown + (measured - shown) * 0.6 : shown + (measured - shown) * 0.15;
