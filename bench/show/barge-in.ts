/** Interrupts a long story with a voice. */
import type { Parley } from "../../test/support/parley.ts";
import { audioOf, connectAdkClient } from "../../test/support/adk-client.ts";
import { clipSamples } from "../../test/support/wavs.ts";

/** @returns ms from the onset of the voice to `interrupted`, one for each turn. */
export async function showBargeIn(parley: Parley, turns: number): Promise<number[]> {
  const voice = clipSamples("espeak-stop.wav");
  const firstWord = voice.subarray(voice.findIndex((sample) => Math.abs(sample) > 500));
  const times: number[] = [];
  for (let turn = 0; turn < turns; turn++) {
    const ann = await connectAdkClient(`${parley.url}/ws/ann/barge-${turn}`);
    await ann.sendText("Tell me a long story.");
    await ann.next((event) => audioOf(event) !== undefined);
    // An open microphone in silence, up to a different point of the story each time.
    await ann.speak(new Int16Array(0), 500 + 100 * turn).done;
    const onset = performance.now();
    ann.speak(firstWord);
    await ann.next((event) => event.interrupted === true);
    const interruption = ann.all.find(({ message }) => message.interrupted);
    times.push((interruption?.at ?? Number.NaN) - onset);
    await ann.close();
  }
  return times;
}
