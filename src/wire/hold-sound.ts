/** Soft sounds for the telephone while a caller waits: µ-law, 8 kHz, one round of a loop. */
import { encodeSample, mulawSilence, phoneSampleRate } from "./mulaw.ts";

export type HoldSoundName = "tone" | "typing";

/** About −30 dB of full scale: audible, and below speech. */
const amplitude = 1_000;

/** @returns a round of about two seconds. */
export const holdSound = (name: HoldSoundName): Uint8Array<ArrayBuffer> =>
  name === "tone" ? tone() : typing();

/** A short tone of 440 Hz that swells and fades, then silence. */
function tone(): Uint8Array<ArrayBuffer> {
  const round = new Uint8Array(2 * phoneSampleRate).fill(mulawSilence);
  const length = 0.3 * phoneSampleRate;
  for (let at = 0; at < length; at++) {
    const swell = Math.sin((Math.PI * at) / length) ** 2;
    round[at] = encodeSample(
      Math.round(amplitude * swell * Math.sin((2 * Math.PI * 440 * at) / phoneSampleRate)),
    );
  }
  return round;
}

/** When the keys are struck, in ms of the round. */
const strokes = [0, 130, 290, 380, 540, 720, 830, 1_180, 1_270, 1_430, 1_560, 1_700];

/** Strokes of 12 ms of fading noise, from a fixed sequence. */
function typing(): Uint8Array<ArrayBuffer> {
  const round = new Uint8Array(2.4 * phoneSampleRate).fill(mulawSilence);
  const length = 0.012 * phoneSampleRate;
  let noise = 1;
  for (const ms of strokes)
    for (let at = 0; at < length; at++) {
      noise = (noise * 48_271) % 0x7f_ff_ff_ff;
      const value = (noise / 0x40_00_00_00 - 1) * amplitude * 1.5 * (1 - at / length);
      round[(ms * phoneSampleRate) / 1000 + at] = encodeSample(Math.round(value));
    }
  return round;
}
