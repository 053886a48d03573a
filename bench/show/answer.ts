/** Plays a question and waits for the first audio of the answer. */
import type { Parley } from "../../test/support/parley.ts";
import { audioOf, connectAdkClient } from "../../test/support/adk-client.ts";

/** @returns ms from the last word to the first audio event, one for each turn. Each turn is a conversation of its own. */
export async function showAnswer(
  parley: Parley,
  question: Int16Array,
  turns: number,
): Promise<number[]> {
  const times: number[] = [];
  for (let turn = 0; turn < turns; turn++) {
    const ann = await connectAdkClient(`${parley.url}/ws/ann/answer-${turns}-${turn}`);
    const { spoken } = ann.speak(lastWord(question));
    const lastWordAt = await spoken;
    await ann.next((event) => audioOf(event) !== undefined);
    const first = ann.all.find(({ message }) => audioOf(message) !== undefined);
    times.push((first?.at ?? Number.NaN) - lastWordAt);
    await ann.turn();
    await ann.close();
  }
  return times;
}

/** Cuts the silence at the end of the recording: the measurement starts at the end of the word. */
export function lastWord(samples: Int16Array): Int16Array {
  const end = samples.findLastIndex((sample) => Math.abs(sample) > 500);
  return samples.subarray(0, end + 1);
}
