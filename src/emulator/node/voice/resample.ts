/** Changes the sample rate of mono PCM16 by a windowed sinc, 16 samples to each side. */

const reach = 16;

/**
 * @param from the rate the samples were made at, in Hz; need not be whole.
 * @param to the rate wanted, in Hz.
 */
export function resample(samples: Int16Array, from: number, to: number): Int16Array<ArrayBuffer> {
  const ratio = from / to;
  const output = new Int16Array(Math.floor(samples.length / ratio));
  // Going down, the filter also takes away what the lower rate cannot hold.
  const cutoff = Math.min(1, to / from);
  for (let i = 0; i < output.length; i += 1)
    output[i] = clamp(interpolate(samples, i * ratio, cutoff));
  return output;
}

function interpolate(samples: Int16Array, at: number, cutoff: number): number {
  const middle = Math.floor(at);
  let sum = 0;
  for (let k = middle - reach + 1; k <= middle + reach; k += 1)
    sum += (samples[k] ?? 0) * kernel(at - k, cutoff);
  return sum;
}

/** A sinc under a Hann window. */
function kernel(distance: number, cutoff: number): number {
  const x = Math.PI * distance * cutoff;
  const sinc = x === 0 ? 1 : Math.sin(x) / x;
  return cutoff * sinc * (0.5 + 0.5 * Math.cos((Math.PI * distance) / (reach + 0.5)));
}

function clamp(sample: number): number {
  return Math.max(-32_768, Math.min(32_767, Math.round(sample)));
}
