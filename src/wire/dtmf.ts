/** The tones of a telephone's keys as audio (ITU-T Q.23: one frequency of the key's row, one of its column). */
import { encodeSample, mulawSilence, phoneSampleRate } from "./mulaw.ts";

const rows = [697, 770, 852, 941];
const columns = [1209, 1336, 1477, 1633];
const keys = "123A456B789C*0#D";

/** Keys 0 to 9, A to D, * and #; `w` waits half a second. */
export const dtmfPattern = /^[0-9A-D*#w]{1,64}$/;

/** Receivers need 40 ms (Q.24); telephone networks smear a tone's edges. */
const toneMs = 160;
const gapMs = 80;
const waitMs = 500;
/** Of each of the two frequencies, PCM16: −10 dB of full scale together. */
const amplitude = 5_200;

/** @param digits as `dtmfPattern`. @returns µ-law, 8 kHz; a silence follows each tone. */
export function dtmfTones(digits: string): Uint8Array<ArrayBuffer> {
  const sounds = digits
    .split("")
    .map((digit) => (digit === "w" ? silence(waitMs) : keyTone(digit)));
  return Uint8Array.from(sounds.flatMap((sound) => [...sound]));
}

function keyTone(key: string): Uint8Array {
  const at = keys.indexOf(key);
  const [low = 0, high = 0] = [rows[Math.floor(at / 4)], columns[at % 4]];
  const sound = silence(toneMs + gapMs);
  for (let index = 0; index < samplesOf(toneMs); index++)
    sound[index] = encodeSample(Math.round(amplitude * (sine(low, index) + sine(high, index))));
  return sound;
}

const sine = (hertz: number, index: number): number =>
  Math.sin((2 * Math.PI * hertz * index) / phoneSampleRate);

const silence = (ms: number): Uint8Array<ArrayBuffer> =>
  new Uint8Array(samplesOf(ms)).fill(mulawSilence);

const samplesOf = (ms: number): number => (ms * phoneSampleRate) / 1000;
