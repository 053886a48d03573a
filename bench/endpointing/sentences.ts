/**
 * Sentences with pauses, labelled in text: `[400]` is a pause of 400 ms, inserted where the recording is quietest near
 * that place. The voice goes on after it as if there were none, like that of a speaker who looks for a word.
 */
import type { SpeechSynthesizer } from "../../src/emulator/core/ports.ts";
import { resample } from "../../src/emulator/core/speech/resampler.ts";
import { clips, clipSamples } from "../../test/support/wavs.ts";

export interface Sentence {
  readonly name: string;
  /** The voice: "human", "espeak" or "flite", or the folder of a recording. */
  readonly source: string;
  /** Sentences of one voice are played as one conversation. */
  readonly voice: string;
  /** With its pauses. */
  readonly label: string;
  /** Mono PCM16 at 16 kHz, from the first sound to the last. */
  readonly samples: Int16Array;
}

/** Of the samples, in Hz. */
export const sentenceRate = 16_000;
/** The sample from which a recording has begun, and after the last of which it has ended. */
const audible = 500;

/** The recordings with pauses; each of them is played without one, too. */
const pausedRecordings: Readonly<Record<string, string>> = {
  "human-vm-sorry": "I'm sorry [700] I did not understand your response.",
  "human-conf-onlyperson": "You are currently [500] the only person in this conference.",
  "human-pls-hold-while-try": "Please hold while we try [900] to connect you.",
  "human-priv-recordintro": "At the tone, [600] please say your name.",
  "human-queue-thankyou": "Thank you for your [300] patience.",
  "human-one-moment-please": "One moment, [400] please.",
  "espeak-paris": "What time is it in [800] Paris?",
  "espeak-story": "Tell me a [600] long story.",
  "espeak-my-name": "My name is [300] Ada.",
  "espeak-sum": "What is two [700] plus two?",
  "espeak-count": "Count to [500] five.",
  "espeak-hello": "Hello, [400] how are you?",
  "espeak-date": "What is the date [200] today?",
  "espeak-tokyo": "What time is it [900] in Tokyo?",
  "espeak-remember": "Please remember that [800] my dog is called Rex.",
  "espeak-mug": "Find me a mug [600] with dancing people.",
};

/** For the emulator's own synthesizer. */
const spokenSentences: readonly (readonly [voice: string, label: string])[] = [
  ["Fenrir", "I need a taxi to the central station."],
  ["Fenrir", "I need a taxi [400] to the central station."],
  ["Leda", "Where did you put the green umbrella?"],
  ["Leda", "Where did you put [700] the green umbrella?"],
  ["Orus", "The children played in the garden until it was dark."],
  ["Orus", "The children played [900] in the garden [300] until it was dark."],
  ["Aoede", "Play some quiet music for the evening."],
  ["Aoede", "Play some [600] quiet music for the evening."],
  ["Fenrir", "My order has not arrived yet."],
  ["Fenrir", "My order [500] has not arrived yet."],
  ["Leda", "Turn off the lights in the kitchen."],
  ["Leda", "Turn off [200] the lights in the [800] kitchen."],
  ["Orus", "How long does it take to boil an egg?"],
  ["Orus", "How long does it take [600] to boil an egg?"],
  ["Aoede", "I would like to change my appointment to Monday."],
  ["Aoede", "I would like to change [700] my appointment to Monday."],
  ["Fenrir", "Send a message to my sister and say that I am late."],
  ["Fenrir", "Send a message to my sister [900] and say that I am late."],
  ["Leda", "What is the tallest mountain in Europe?"],
  ["Leda", "What is the [300] tallest mountain in Europe?"],
  ["Orus", "Add milk, bread and apples to my list."],
  ["Orus", "Add milk, [500] bread [500] and apples to my list."],
  ["Aoede", "Explain how a sailing boat can go against the wind."],
  ["Aoede", "Explain how a sailing boat [800] can go against the wind."],
];

export async function readSentences(synthesizer: SpeechSynthesizer): Promise<Sentence[]> {
  const recordings = clips.flatMap(({ file, speaker, says }): Sentence[] => {
    const name = file.replace(".wav", "");
    const samples = trimmed(clipSamples(file));
    const plain = { name, source: speaker, voice: speaker, label: says, samples };
    const label = pausedRecordings[name];
    return label === undefined ? [plain] : [plain, paused(plain, label)];
  });
  const spoken: Sentence[] = [];
  for (const [at, [voice, label]] of spokenSentences.entries()) {
    const voiced = await synthesizer.synthesize(withoutPauses(label), voice);
    const samples = trimmed(resample(voiced, 24_000, sentenceRate));
    const plain: Sentence = { name: `${voice}-${at}`, source: "flite", voice, label, samples };
    spoken.push(paused(plain, label));
  }
  return [...recordings, ...spoken];
}

const withoutPauses = (label: string): string => label.replaceAll(/\[\d+\] /g, "");

/** From the first sound to the last. */
export function trimmed(samples: Int16Array): Int16Array {
  const loud = (sample: number): boolean => Math.abs(sample) > audible;
  return samples.slice(samples.findIndex(loud), samples.findLastIndex(loud) + 1);
}

function paused(sentence: Sentence, label: string): Sentence {
  const { samples } = sentence;
  const length = withoutPauses(label).length;
  const parts: Int16Array[] = [];
  let text = 0;
  let from = 0;
  for (const [, before = "", ms = ""] of label.matchAll(/([^[]*)(?:\[(\d+)\] |$)/g)) {
    text += before.length;
    if (ms === "") continue;
    const cut = quietest(samples, Math.round((text / length) * samples.length));
    parts.push(samples.subarray(from, cut), new Int16Array((Number(ms) * sentenceRate) / 1_000));
    from = cut;
  }
  return { ...sentence, label, samples: joined([...parts, samples.subarray(from)]) };
}

/** With a pause where the middle of the recording is quietest: the end of a word, and of a phrase if there is one. */
export function pausedWithin(samples: Int16Array, ms: number): Int16Array {
  const [from, to] = [samples.length * 0.3, samples.length * 0.75];
  const cut = quietest(samples, (from + to) / 2, { reach: (to - from) / 2, ms: 60 });
  const pause = new Int16Array((ms * sentenceRate) / 1_000);
  return joined([samples.subarray(0, cut), pause, samples.subarray(cut)]);
}

/** The middle of the quietest piece near a place. @param reach samples to both sides. @param ms length of the piece. */
function quietest(
  samples: Int16Array,
  near: number,
  { reach = (sentenceRate * 150) / 1_000, ms = 20 } = {},
): number {
  const window = (sentenceRate * ms) / 1_000;
  let best = near;
  let least = Infinity;
  for (let at = Math.round(near - reach); at <= near + reach; at += sentenceRate / 200) {
    const part = samples.subarray(Math.max(0, at), Math.max(0, at) + window);
    const energy = part.reduce((sum, sample) => sum + sample * sample, 0);
    if (energy < least) [best, least] = [at + window / 2, energy];
  }
  return Math.round(best);
}

function joined(parts: readonly Int16Array[]): Int16Array {
  const all = new Int16Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
