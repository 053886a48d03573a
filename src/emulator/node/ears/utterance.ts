/** Splits long utterances for the recognizer, which fails after about 15 seconds. */

const sampleRate = 16_000;
const maxSamples = 14 * sampleRate;
/** The split is searched in the last seconds of a piece, at its quietest moment. */
const searchSamples = 5 * sampleRate;
const momentSamples = sampleRate / 10;

/** @param utterance mono PCM16 at 16 kHz. */
export function splitUtterance(utterance: Int16Array): Int16Array[] {
  if (utterance.length <= maxSamples) return utterance.length === 0 ? [] : [utterance];
  const cut =
    quietestMoment(utterance, maxSamples - searchSamples, maxSamples - momentSamples) +
    momentSamples / 2;
  return [utterance.slice(0, cut), ...splitUtterance(utterance.subarray(cut))];
}

function quietestMoment(samples: Int16Array, from: number, to: number): number {
  let bestAt = from;
  let leastEnergy = Number.POSITIVE_INFINITY;
  for (let at = from; at <= to; at += momentSamples / 2) {
    const loudness = energy(samples.subarray(at, at + momentSamples));
    if (loudness < leastEnergy) [bestAt, leastEnergy] = [at, loudness];
  }
  return bestAt;
}

function energy(samples: Int16Array): number {
  return samples.reduce((sum, sample) => sum + sample * sample, 0);
}
