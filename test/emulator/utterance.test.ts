import { describe, expect, it } from "vitest";
import { UtteranceBuffer } from "../../src/emulator/core/speech/utterance.ts";
import { clipSamples } from "../support/wavs.ts";

const windowSamples = 512;

/** What is recognised of a sound that begins so many samples after the beginning of a window. */
function trimmed(sound: Int16Array, offset: number, noise = 0): Int16Array {
  const quiet = windowSamples * 12;
  const samples = new Int16Array(quiet + offset + sound.length + quiet);
  samples.set(sound, quiet + offset);
  const noisy = samples.map((sample, at) => sample + (at % 2 === 0 ? noise : -noise));
  const utterance = new UtteranceBuffer();
  for (let at = 0; at + windowSamples <= noisy.length; at += windowSamples) {
    // The detector notices speech a window late, and its end, too.
    const heard = samples.subarray(Math.max(0, at - windowSamples), at);
    utterance.push(noisy.slice(at, at + windowSamples), heard.some(isLoud), true);
  }
  return utterance.trimmed();
}

const isLoud = (sample: number): boolean => Math.abs(sample) > 500;

describe("[EMUS41] where speech begins in the windows does not change what is recognised", () => {
  const clip = clipSamples("espeak-who.wav");
  const heard = clip.subarray(clip.findIndex(isLoud), clip.findLastIndex(isLoud) + 1);

  it("wherever it begins, with 70 ms before and after it", () => {
    const expected = trimmed(heard, 0);
    for (let offset = 1; offset < windowSamples; offset += 7)
      expect(trimmed(heard, offset), `at ${offset}`).toEqual(expected);
    expect(expected.length / 16).toBeGreaterThan(heard.length / 16 + 120);
    expect(expected.length / 16).toBeLessThan(heard.length / 16 + 150);
  });

  it("with less before it where the recording begins with it", () => {
    const utterance = new UtteranceBuffer();
    utterance.push(heard.slice(0, 5 * windowSamples), true, true);
    expect(utterance.trimmed()).toEqual(heard.slice(0, 5 * windowSamples));
  });

  it("and if it begins right after the last utterance, before the detector notices it", () => {
    const utterance = new UtteranceBuffer();
    const loud = heard.slice(2_000, 2_000 + windowSamples);
    for (let at = 0; at < 6; at++)
      utterance.push(at < 4 ? new Int16Array(windowSamples) : loud, false, false);
    utterance.reset();
    utterance.push(loud, true, true);
    expect(utterance.trimmed().length / 16).toBeGreaterThan((3 * windowSamples) / 16 + 65);
  });

  it("cut at a window in noise that hides where it begins", () => {
    const lengths = [0, 200, 400].map((offset) => trimmed(heard, offset, 3_000).length);
    for (const length of lengths) expect(length % windowSamples).toBe(0);
  });

  it("and silence that was taken for speech is kept", () => {
    const utterance = new UtteranceBuffer();
    for (let at = 0; at < 4; at++) utterance.push(new Int16Array(windowSamples), true, true);
    expect(utterance.trimmed()).toHaveLength(4 * windowSamples);
  });
});
