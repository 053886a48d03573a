/**
 * The silence gate: holds back audio without speech. The page applies it before the wire and the relay before the model,
 * so it is in wire, which both import.
 *
 *             loud                          quiet for a while
 *     closed ──────► open, speaking ◄─────► open, quiet
 *        ▲   pre-roll                 loud     │
 *        └──────── audioStreamEnd ─────────────┘ quiet for 1 s and understood, or for 3 s
 *
 * Loud audio exceeds an adaptive noise floor. Time is counted in audio: no clock is read. The gate changes in place,
 * because each microphone frame passes it.
 */

/**
 * The treatment of a piece of audio. `open`: it passes, behind the pre-roll. `end`: it is held back, and the model must
 * receive `audioStreamEnd`.
 */
type GateVerdict = "hold" | "open" | "pass" | "end";

/** Duration of audio before the first loud piece that passes: the beginning of a word is soft. */
export const preRollMs = 500;
/** A pause between words is not the end of speech. */
const pauseMs = 500;
const closeMs = 1_000;
/** The model needs the silence after the last word to detect the end of speech. */
const maxSilenceMs = 3_000;
/** Shorter loud audio is a click. */
const leastSpeechMs = 40;
/** −50 and −26 dBFS: audio below the first is never loud, audio above the second always. */
const [leastLoud, mostLoud] = [0.003, 0.05];
/** Rise of the noise floor with a louder background, per second; the floor falls at once. */
const risePerSecond = 0.25;

export class SilenceGate {
  #open = false;
  #speaking = false;
  /** Loudness of the background (RMS, 0 to 1). */
  #noiseFloor = 0;
  #quietMs = 0;
  /** Loud audio since the gate opened. */
  #loudMs = 0;

  get isOpen(): boolean {
    return this.#open;
  }

  get isSpeaking(): boolean {
    return this.#speaking;
  }

  /** Whether the last piece was louder than the background. */
  get isLoud(): boolean {
    return this.#quietMs === 0;
  }

  /**
   * @param loudness RMS, 0 to 1. @param ms duration of the piece.
   * @param understood whether the model has understood the user's speech so far.
   */
  hear(loudness: number, ms: number, understood: boolean): GateVerdict {
    const background = Math.max(this.#noiseFloor, leastLoud / 3);
    this.#noiseFloor = Math.min(loudness, background * (1 + risePerSecond) ** (ms / 1000));
    const isLoud = loudness > Math.min(mostLoud, Math.max(leastLoud, this.#noiseFloor * 3));
    return isLoud ? this.#hearSpeech(ms) : this.#hearSilence(ms, understood);
  }

  /**
   * The silence in ms that must follow a stream that ends now, so that the model detects the end of speech.
   *
   * @param understood whether the model has understood the user's speech so far.
   */
  missingSilenceMs(understood: boolean): number {
    if (!this.#open || this.#loudMs < leastSpeechMs || (understood && !this.#speaking)) return 0;
    return Math.max(0, maxSilenceMs - this.#quietMs);
  }

  /** The stream is over. The measured noise floor stays valid for the next one. */
  close(): void {
    this.#open = false;
    this.#speaking = false;
    this.#quietMs = 0;
    this.#loudMs = 0;
  }

  #hearSpeech(ms: number): GateVerdict {
    const wasOpen = this.#open;
    this.#open = true;
    this.#speaking = true;
    this.#quietMs = 0;
    this.#loudMs = (wasOpen ? this.#loudMs : 0) + ms;
    return wasOpen ? "pass" : "open";
  }

  #hearSilence(ms: number, understood: boolean): GateVerdict {
    this.#quietMs += ms;
    this.#speaking &&= this.#quietMs < pauseMs;
    if (!this.#open) return "hold";
    this.#open = this.#quietMs < maxSilenceMs && !(understood && this.#quietMs >= closeMs);
    return this.#open ? "pass" : "end";
  }
}

/** Duration in ms. @param pcm mono PCM16. @param rate samples per second. */
export const audioMs = (pcm: Uint8Array, rate: number): number =>
  ((pcm.byteLength >> 1) / rate) * 1000;

/**
 * Root mean square of PCM16, 0 to 1. Reads every fourth sample, which suffices to tell speech from silence, byte by byte:
 * a view of the samples would be an object for each frame.
 */
export function rmsLoudness(pcm: Uint8Array): number {
  let sum = 0;
  let count = 0;
  for (let at = 0; at + 1 < pcm.byteLength; at += 8, count++) {
    const sample = (((pcm[at] ?? 0) | ((pcm[at + 1] ?? 0) << 8)) << 16) >> 16;
    sum += sample * sample;
  }
  return count === 0 ? 0 : Math.sqrt(sum / count) / 32_768;
}
