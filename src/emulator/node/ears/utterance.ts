/** Long utterances in pieces the recogniser can take: it loses the thread after about 15 seconds. */

const rate = 16_000;
const longest = 14 * rate;
/** A cut is looked for in the last seconds of a piece, where the speaker is quietest for a moment. */
const searched = 5 * rate;
const moment = rate / 10;

/** @param utterance mono PCM16 at 16 kHz. */
export function splitUtterance(utterance: Int16Array): Int16Array[] {
  if (utterance.length <= longest) return utterance.length === 0 ? [] : [utterance];
  const cut = quietest(utterance, longest - searched, longest - moment) + moment / 2;
  return [utterance.slice(0, cut), ...splitUtterance(utterance.subarray(cut))];
}

function quietest(samples: Int16Array, from: number, to: number): number {
  let best = from;
  let least = Number.POSITIVE_INFINITY;
  for (let at = from; at <= to; at += moment / 2) {
    const loudness = energy(samples.subarray(at, at + moment));
    if (loudness < least) [best, least] = [at, loudness];
  }
  return best;
}

function energy(samples: Int16Array): number {
  return samples.reduce((sum, sample) => sum + sample * sample, 0);
}
